// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/lost.h"

#include "cli/cli.h"
#include "options/units.h"

void lost_say(uint64_t buffer_wanted, bool converted)
{
	const char *other = converted ? ", or 'gotrace-bpf record', which is cheaper" : "";
	char size[32];

	if (buffer_wanted == LOST_NO_BUFFER)
		cli_note("more records were lost than memory can hold: trace less (-p, --cgroup)%s",
			 other);
	else if (buffer_wanted)
		cli_note("records were lost: --buffer %s would have held them%s",
			 units_format_size(size, sizeof(size), buffer_wanted), other);
}
