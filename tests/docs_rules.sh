#!/bin/sh
# Runs the examples of docs/rules.md: docs_rules.sh GPUVIRT RULES.MD
#
# An example is a fenced block whose info string names it:
#
#   yaml rule=NAME     a pack that must load
#   yaml bad=NAME      a pack that must be rejected, with the line:column: message of
#   error rule=NAME
#   vmx before=CASE    a document; CASE is NAME or NAME.WORD, the pack is that of NAME
#   text check=CASE    what check prints about it
#   vmx after=CASE     what fix leaves of it
#
# One line per pack and document; fails when one differs or fewer than 8 were found.
set -eu

[ $# -eq 2 ] || {
	echo "usage: $0 GPUVIRT RULES.MD" >&2
	exit 2
}
gpuvirt=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
text=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
mkdir packs bad errors before check after work

awk '
BEGIN {
	folder["yaml rule"] = "packs"
	folder["yaml bad"] = "bad"
	folder["error rule"] = "errors"
	folder["vmx before"] = "before"
	folder["text check"] = "check"
	folder["vmx after"] = "after"
}
function fail(why) {
	printf "line %d: %s: %s\n", NR, why, $0
	failed = 1
	exit 1
}
inside && /^```$/ {
	inside = 0
	if (out != "")
		close(out)
	next
}
inside {
	if (out != "")
		print > out
	next
}
/^```/ {
	inside = 1
	out = ""
	kind = substr($1, 4)
	if (NF == 1)
		next
	equals = index($2, "=")
	name = substr($2, equals + 1)
	kind = kind " " substr($2, 1, equals - 1)
	if (NF != 2 || equals == 0 || !(kind in folder) || name !~ /^[a-z0-9.-]+$/)
		fail("not a kind of example")
	out = folder[kind] "/" name
	if (out in seen)
		fail("this example stands twice")
	seen[out] = 1
	printf "" > out
}
END {
	if (!failed && inside) {
		print "the last block is not closed"
		exit 1
	}
}' "$text" >&2

examples=0
failures=0

# verdict KIND NAME PROBLEM: an empty problem is success.
verdict() {
	examples=$((examples + 1))
	if [ -z "$3" ]; then
		echo "ok   $1 $2"
	else
		failures=$((failures + 1))
		echo "FAIL $1 $2: $3"
	fi
}

# differ WANT HAVE: shows both and succeeds when they are not the same bytes.
differ() {
	cmp -s "$1" "$2" && return 1
	echo "--- wanted"
	cat "$1"
	echo "--- given"
	cat "$2"
}

# lint FILE: the exit status, output in work/out.
lint() {
	status=0
	"$gpuvirt" rules lint "$1" >work/out 2>&1 || status=$?
}

for pack in packs/*; do
	lint "$pack"
	problem=
	if [ "$status" -ne 0 ]; then
		cat work/out
		problem="does not load"
	fi
	verdict pack "${pack#*/}" "$problem"
done

for pack in bad/*; do
	name=${pack#*/}
	problem=
	lint "$pack"
	[ -f "errors/$name" ] || : >"errors/$name"
	sed "s|^|gpuvirt: $pack:|" "errors/$name" >work/want
	if differ work/want work/out; then
		problem="another message"
	elif [ "$status" -ne 2 ]; then
		problem="exit status $status, not 2"
	fi
	verdict bad "$name" "$problem"
done

# The report has the file's name, so the file lies in the current folder.
for before in before/*; do
	name=${before#*/}
	rules=packs/${name%%.*}
	problem=
	cp "$before" "$name.vmx"
	if [ -f "check/$name" ]; then
		"$gpuvirt" check --color=never --rules "$rules" "$name.vmx" >work/all 2>&1 || :
		sed '$d' work/all >work/out # the summary
		if differ "check/$name" work/out; then problem="another report"; fi
	fi
	"$gpuvirt" fix --rules "$rules" "$name.vmx" >work/out 2>&1 || :
	if differ "after/$name" "$name.vmx"; then
		cat work/out
		problem="another result"
	elif ! "$gpuvirt" diff --rules "$rules" "$name.vmx" >work/out 2>&1; then
		cat work/out
		problem="a second fix would change it again"
	fi
	verdict document "$name" "$problem"
done

# A block without its partner would be an example that nothing runs.
for orphan in errors/* check/* after/*; do
	[ -e "$orphan" ] || continue
	name=${orphan#*/}
	partner=before/$name
	[ "${orphan%%/*}" != errors ] || partner=bad/$name
	[ -e "$partner" ] || verdict "${orphan%%/*}" "$name" "belongs to no example"
done

echo "$examples examples, $failures failed"
[ "$failures" -eq 0 ] || exit 1
if [ "$examples" -lt 8 ]; then
	echo "fewer than 8: are the blocks still marked?"
	exit 1
fi
