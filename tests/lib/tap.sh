# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# For test suites in shell (see tests/run):
#
#     . tests/lib/tap.sh
#     check 'the help names the option' './gotrace-bpf --help | grep -q -e --pid'
#     skip 'live capture' 'needs root'
#     tap_end
#
# TMP is a folder of the suite's own, removed at its end.

tap_failures=0
TMP=$(mktemp -d "${TMPDIR:-/tmp}/gotrace-test.XXXXXX")
trap 'rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM HUP

pass()
{
	echo "ok - $1"
}

# fail NAME [DETAIL...]
fail()
{
	echo "not ok - $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/#   /'
	tap_failures=$((tap_failures + 1))
}

skip()
{
	echo "ok - $1 # SKIP $2"
}

# check NAME COMMAND: the shell command succeeds
check()
{
	if (eval "$2") >"$TMP/check.out" 2>&1; then
		pass "$1"
	else
		fail "$1" "$2" "$(tail -n 20 "$TMP/check.out")"
	fi
}

# same NAME EXPECTED GOT
same()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected: $2" "got:      $3"
	fi
}

is_root()
{
	[ "$(id -u)" = 0 ]
}

tap_end()
{
	[ $tap_failures = 0 ]
	exit
}
