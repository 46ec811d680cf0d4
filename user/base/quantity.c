// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/quantity.h"

#include <inttypes.h>
#include <stdio.h>

#define NS_PER_S 1000000000

/* Three significant digits of value / unit. */
static const char *format_scaled(char *buf, size_t size, uint64_t value, uint64_t unit,
				 const char *suffix)
{
	double scaled = (double)value / (double)unit;
	int digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;

	snprintf(buf, size, "%.*f%s", digits, scaled, suffix);
	return buf;
}

const char *quantity_format_count(char *buf, size_t size, uint64_t count)
{
	if (count >= 1000000000)
		return format_scaled(buf, size, count, 1000000000, "G");
	if (count >= 1000000)
		return format_scaled(buf, size, count, 1000000, "M");
	if (count >= 10000)
		return format_scaled(buf, size, count, 1000, "k");
	snprintf(buf, size, "%" PRIu64, count);
	return buf;
}

const char *quantity_format_bytes(char *buf, size_t size, uint64_t bytes)
{
	if (bytes >= 1 << 30)
		return format_scaled(buf, size, bytes, 1 << 30, " GiB");
	if (bytes >= 1 << 20)
		return format_scaled(buf, size, bytes, 1 << 20, " MiB");
	if (bytes >= 10240)
		return format_scaled(buf, size, bytes, 1 << 10, " KiB");
	snprintf(buf, size, "%" PRIu64 " B", bytes);
	return buf;
}

const char *quantity_format_time(char *buf, size_t size, uint64_t ns)
{
	if (ns >= NS_PER_S)
		return format_scaled(buf, size, ns, NS_PER_S, " s");
	if (ns >= 1000000)
		return format_scaled(buf, size, ns, 1000000, " ms");
	if (ns >= 1000)
		return format_scaled(buf, size, ns, 1000, " us");
	snprintf(buf, size, ns ? "%" PRIu64 " ns" : "0", ns);
	return buf;
}

const char *quantity_format_duration(char *buf, size_t size, uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_S;

	if (seconds >= 3600)
		snprintf(buf, size, "%" PRIu64 " h %02" PRIu64 " m", seconds / 3600,
			 seconds / 60 % 60);
	else if (seconds >= 60)
		snprintf(buf, size, "%" PRIu64 " m %02" PRIu64 " s", seconds / 60, seconds % 60);
	else
		format_scaled(buf, size, ns, NS_PER_S, " s");
	return buf;
}
