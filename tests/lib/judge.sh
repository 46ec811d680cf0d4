# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# For test suites in shell that let Go judge traces (see tests/judge):
#
#     . tests/lib/tap.sh
#     . tests/lib/judge.sh
#     judged 'small ones' "$TMP/small" build/judge -go tools/go -viewer
#     tap_end
#
# Where there is no Go the whole suite is skipped.

if ! tools/go version >/dev/null 2>&1; then
	skip 'traces judged by Go' 'needs Go (tools/go)'
	tap_end
fi

# judged NAME DIR JUDGE ARGS...: the judge takes all traces of the folder
judged()
{
	name=$1 dir=$2
	shift 2
	find "$dir" -name '*.trace' | sort | "$@" - >"$TMP/verdicts"
	same "$name" "0 refused" "$(grep -c ^FAIL "$TMP/verdicts") refused"
	grep ^FAIL "$TMP/verdicts" | cut -c 1-500 | head -n 5 | sed 's/^/#   /'
	check "$name: something was judged" "grep -q ^ok '$TMP/verdicts'"
}

# judged_by_versions NAME DIR: by go tool trace of the versions in JUDGE_VERSIONS, if any
judged_by_versions()
{
	[ -z "${JUDGE_VERSIONS:-}" ] ||
		judged "go tool trace $JUDGE_VERSIONS: $1" "$2" build/judge -go tools/go \
			-versions "$JUDGE_VERSIONS"
}
