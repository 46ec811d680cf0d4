#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Writes user/syscalls/table_*.c from the kernel's UAPI headers.

    apt-get download linux-libc-dev        (from the newest Debian suite)
    user/syscalls/gen_tables.py linux-libc-dev_VERSION_all.deb

Since 6.12 that package holds the headers of every architecture, so one file
is the source of all four tables. A build does not run this: the tables are
part of the tree.
"""

import os
import re
import subprocess
import sys
import tempfile

# Table, its header in the package, who uses it.
TABLES = [
    ("x86_64", "x86/asm/unistd_64.h", "x86-64"),
    ("i386", "x86/asm/unistd_32.h", "32-bit programs on x86-64"),
    ("arm64", "arm64/asm/unistd_64.h", "arm64"),
    ("arm32", "arm/asm/unistd-eabi.h", "32-bit programs on arm64"),
]
UAPI = "usr/lib/linux/uapi"

# "#define __NR_read 0", on arm "#define __NR_read (__NR_SYSCALL_BASE + 3)",
# where the base is 0 for EABI.
DEFINE = re.compile(r"#define\s+__NR_(\w+)\s+(?:\(__NR_SYSCALL_BASE\s*\+\s*)?(\d+)\)?\s*$")

HEAD = """\
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Generated; do not edit. Syscall names of {who}, from {source}:
 *
 *   user/syscalls/gen_tables.py {deb}
 */
#include "syscalls/names.h"

/* clang-format off */
static const char *const names[] = {{
"""

TAIL = """\
}};
/* clang-format on */

const struct syscall_table syscall_table_{table} = {{ names, sizeof(names) / sizeof(names[0]) }};
"""


def read_numbers(path):
    """{number: name}; refuses a header that gives one number two names."""
    numbers = {}
    with open(path, encoding="ascii") as header:
        for line in header:
            match = DEFINE.match(line)
            if not match:
                continue
            name, number = match.group(1), int(match.group(2))
            if number in numbers:
                sys.exit(f"{path}: {number} is both {numbers[number]} and {name}")
            numbers[number] = name
    if len(numbers) < 300:
        sys.exit(f"{path}: only {len(numbers)} numbers, this is not the header it was")
    return numbers


def write_table(out_dir, table, who, header, deb, numbers):
    path = os.path.join(out_dir, f"syscall_table_{table}.c")
    with open(path, "w", encoding="ascii") as out:
        out.write(HEAD.format(who=who, source=header, deb=deb))
        for number in sorted(numbers):
            out.write(f'\t[{number}] = "{numbers[number]}",\n')
        out.write(TAIL.format(table=table))
    print(f"{path}: {len(numbers)} names, last {max(numbers)}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    deb = sys.argv[1]
    out_dir = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
        for table, header, who in TABLES:
            numbers = read_numbers(os.path.join(root, UAPI, header))
            write_table(out_dir, table, who, header, os.path.basename(deb), numbers)


main()
