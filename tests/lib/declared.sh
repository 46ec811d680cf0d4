# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# declared INCLUDE: the functions of libgotrace that its headers declare, sorted
declared()
{
	echo '#include <gotrace.h>' | cc -E -P -I"$1" - | tr '\n' ' ' | tr ';{}' '\n\n\n' |
		grep -v 'static \|typedef ' | grep -o '\bgt_[a-z0-9_]* *(' | tr -d ' (' | sort -u
}
