#!/bin/sh
# Checks machines in CI and writes reports: the work of github/action.yml and gitlab.yml. Settings
# are variables of the environment; lists have one entry a line, so blanks in a name do no harm.
#
#   GPUVIRT_PATHS          files and folders; "." when unset or empty
#   GPUVIRT_OPTIONS        further options of gpuvirt check, such as --baseline=known.json
#   GPUVIRT_CHANGED_SINCE  a revision of git: take only files that have changed since
#   GPUVIRT_REPORTS        reports to write, FORMAT=FILE
#   GPUVIRT_FORMAT         what goes to standard output; text when unset or empty
#   GPUVIRT                the program; bootstrap builds it when unset or empty
#
# The exit status is that of gpuvirt check: 1 when a machine needs repair, 2 for misuse.
set -euf

root=$(cd "$(dirname "$0")/../.." && pwd)
IFS='
'

check() {
	if [ -n "${GPUVIRT-}" ]; then
		"$GPUVIRT" check "$@"
	else
		"$root/bootstrap" run check "$@"
	fi
}

# shellcheck disable=SC2086 # one word a line
set -- ${GPUVIRT_OPTIONS-} ${GPUVIRT_CHANGED_SINCE:+"--changed-since=$GPUVIRT_CHANGED_SINCE"} \
	-- ${GPUVIRT_PATHS:-.}

for report in ${GPUVIRT_REPORTS-}; do
	check -q --exit-zero "--output-format=${report%%=*}" "--output=${report#*=}" "$@"
done
check "--output-format=${GPUVIRT_FORMAT:-text}" "$@"
