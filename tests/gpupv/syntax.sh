#!/bin/sh
# syntax.sh SCRIPT...: the scripts fit the grammar of PowerShell, and damaged ones do not.
set -eu

check=${XDG_CACHE_HOME:-$HOME/.cache}/gpuvirt/powershell/syntax
[ -x "$check" ] || {
	echo "SKIP: no $check: ./bootstrap test builds it where there are npm and libtree-sitter" >&2
	exit 77
}
"$check" "$@"
echo "$# scripts fit"

damaged=$(mktemp)
trap 'rm -f "$damaged"' EXIT
for script in "$@"; do
	# a brace that was not opened; a bracket that is not closed
	for damage in '$s/$/ }/' '1s/^/$a = @(1, /'; do
		sed "$damage" "$script" >"$damaged"
		! "$check" "$damaged" >/dev/null || {
			echo "the grammar does not miss what '$damage' does to $script"
			exit 1
		}
	done
done
