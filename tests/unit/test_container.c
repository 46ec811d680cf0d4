// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What paths of cgroups say of containers, units and slices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/container.h"

#define ID "3f2a9c7be0d14f6a8b5c0e9d7a6f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a"

static const struct row {
	const char *path, *expected;
} rows[] = {
	{ "", "" },
	{ "/", "" },
	{ "/docker/" ID, "3f2a9c7be0d1" },
	{ "/system.slice/docker-" ID ".scope", "3f2a9c7be0d1" },
	{ "/system.slice/docker-" ID ".scope/init.scope", "3f2a9c7be0d1" },
	{ "/kubepods/burstable/pod1c2d-77/" ID, "3f2a9c7be0d1" },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice/"
	  "cri-containerd-" ID ".scope",
	  "3f2a9c7be0d1" },
	{ "/kubepods.slice/crio-" ID ".scope", "3f2a9c7be0d1" },
	{ "/machine.slice/libpod-" ID ".scope/container", "3f2a9c7be0d1" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
	  "3f2a9c7be0d1" },
	{ "/lxc.payload.web/system.slice/nginx.service", "web" },
	{ "/machine.slice/systemd-nspawn@deb13.service/payload", "deb13" },
	{ "/system.slice/nginx.service", "nginx.service" },
	{ "/user.slice/user-0.slice/session-3.scope", "session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-editor.scope",
	  "app-editor.scope" },
	{ "/user.slice/user-1000.slice", "user-1000.slice" },
	{ "/a/b//", "" },
	{ "/x" ID, "" },
	{ "/" ID "0", "" },
	{ ".service", "" },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = strlen(rows[i].path);
		const char *found = container_of_path(rows[i].path, &size);

		if (size != strlen(rows[i].expected) || memcmp(found, rows[i].expected, size) != 0)
			fail_msg("%s: '%.*s'", rows[i].path, (int)size, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
