#!/bin/sh
# Runs the examples of a page: docs_console.sh GPUVIRT PAGE.MD
#
# An example is a fenced block whose info string names it:
#
#   yaml file=PATH, vmx file=PATH, log file=PATH    is written to PATH, in a scratch folder
#   console                          "$ gpuvirt ..." and what it prints, on either output
#
# The blocks are taken in the order of the page. A yaml or vmx block without file= is an error, and
# so are fewer than 3 commands.
set -eu

[ $# -eq 2 ] || {
	echo "usage: $0 GPUVIRT PAGE.MD" >&2
	exit 2
}
gpuvirt=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
page=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
mkdir "$dir/tree"
cd "$dir/tree"
NO_COLOR=1
export NO_COLOR

commands=0
failures=0

# ends_command: compares what the last command printed with what the page says.
end_command() {
	[ -n "$command" ] || return 0
	commands=$((commands + 1))
	if cmp -s ../want ../have; then
		echo "ok   $command"
	else
		failures=$((failures + 1))
		echo "FAIL $command"
		echo "--- wanted"
		cat ../want
		echo "--- given"
		cat ../have
	fi
	command=
}

# start_command LINE: the words of an example are parted by blanks, without quotes.
start_command() {
	end_command
	command=${1#??}
	: >../want
	set -f
	# shellcheck disable=SC2086 # words
	set -- $command
	set +f
	[ "$1" = gpuvirt ] || {
		echo "not a call of gpuvirt: $command"
		exit 1
	}
	shift
	"$gpuvirt" "$@" >../have 2>&1 </dev/null || :
}

kind=
command=
while IFS= read -r line || [ -n "$line" ]; do
	case $kind:$line in
	:'```console') kind='console' ;;
	:'```yaml file='* | :'```vmx file='* | :'```log file='*)
		kind='file'
		file=${line#*file=}
		case $file in */*) mkdir -p "${file%/*}" ;; esac
		: >"$file"
		;;
	:'```yaml'* | :'```vmx'*)
		echo "not a kind of example: $line"
		exit 1
		;;
	:'```'*) kind='other' ;;
	:*) ;;
	*:'```')
		end_command
		kind=
		;;
	console:'$ '*) start_command "$line" ;;
	console:*) printf '%s\n' "$line" >>../want ;;
	file:*) printf '%s\n' "$line" >>"$file" ;;
	esac
done <"$page"

[ -z "$kind" ] || {
	echo "the last block is not closed"
	exit 1
}
echo "$commands commands, $failures failed"
[ "$failures" -eq 0 ] || exit 1
[ "$commands" -ge 3 ] || {
	echo "fewer than 3: are the blocks still marked?"
	exit 1
}
