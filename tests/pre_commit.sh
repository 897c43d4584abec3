#!/bin/sh
# Tries the hooks of .pre-commit-hooks.yaml with pre-commit: pre_commit.sh GPUVIRT ROOT
#
# The system hooks run GPUVIRT. The script hooks run a stand-in for ./bootstrap that passes its
# arguments on to GPUVIRT: a test neither installs nor builds. Ends with status 77 and the reason
# when something is not there.
set -eu

[ $# -eq 2 ] || {
	echo "usage: $0 GPUVIRT ROOT" >&2
	exit 2
}

skip() {
	echo "SKIP: $*" >&2
	exit 77
}

command -v git >/dev/null || skip "there is no git"
command -v pre-commit >/dev/null || skip "there is no pre-commit"

gpuvirt=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$2" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM

export HOME="$dir/home" XDG_CONFIG_HOME="$dir/home" PRE_COMMIT_HOME="$dir/cache"
export GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES="$dir" PRE_COMMIT_COLOR=never
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
mkdir "$HOME" "$dir/hooks" "$dir/machines" "$dir/bin"
git config --global user.email a@b.c
git config --global user.name n
git config --global init.defaultBranch main

# What pre-commit would clone.
cp "$root/.pre-commit-hooks.yaml" "$dir/hooks/"
# shellcheck disable=SC2016 # it is the script's
printf '#!/bin/sh\nset -eu\n[ "$1" = run ]\nshift\nexec "%s" "$@"\n' "$gpuvirt" \
	>"$dir/hooks/bootstrap"
chmod +x "$dir/hooks/bootstrap"
ln -s "$gpuvirt" "$dir/bin/gpuvirt"
PATH=$dir/bin:$PATH
(cd "$dir/hooks" && git init -q && git add . && git commit -qm hooks)

good='config.version = "8"\nvirtualHW.version = "21"\nmks.enable3d = "TRUE"\n'
bad='config.version = "8"\nvirtualHW.version = "21"\nmks.enable3d = "FALSE"\n'
cd "$dir/machines"
git init -q
# shellcheck disable=SC2059 # formats
{
	printf "$good" >good.vmx
	printf "$bad" >'bad one.VMX'
	printf "$bad" >template.vmtx
	printf "$bad" >no.txt
	printf "$bad" >not-added.vmx
}
git add good.vmx 'bad one.VMX' template.vmtx no.txt

failures=0

# try HOOK STATUS: runs the hook on what is staged; output in ../out.
try() {
	status=0
	pre-commit try-repo "$dir/hooks" "$1" --verbose >../out 2>&1 || status=$?
	[ "$status" -eq "$2" ] && return
	failures=$((failures + 1))
	echo "FAIL $1: exit status $status, not $2"
	cat ../out
}

# expect HOOK TEXT: the last run printed it.
expect() {
	if grep -qF -- "$2" ../out; then return; fi
	failures=$((failures + 1))
	echo "FAIL $1 did not say: $2"
	cat ../out
}

for kind in '' -system; do
	git checkout -q -- . 2>/dev/null || :
	try "gpuvirt-check$kind" 1
	expect "gpuvirt-check$kind" 'bad one.VMX:3:17: error: mks.enable3d is "FALSE"'
	expect "gpuvirt-check$kind" 'template.vmtx:3:17: error:'
	expect "gpuvirt-check$kind" '3 files, 2 need repair, 1 in order'
	try "gpuvirt-fix$kind" 1
	expect "gpuvirt-fix$kind" 'files were modified by this hook'
	expect "gpuvirt-fix$kind" '3 files, 2 repaired, 1 in order already'
	for file in 'bad one.VMX' template.vmtx; do
		cmp -s "$file" good.vmx || {
			failures=$((failures + 1))
			echo "FAIL gpuvirt-fix$kind did not repair $file"
		}
	done
	cmp -s no.txt not-added.vmx || failures=$((failures + 1))
	[ ! -e template.vmtx.bak ] || failures=$((failures + 1))
	git add 'bad one.VMX' template.vmtx
	try "gpuvirt-check$kind" 0
	try "gpuvirt-fix$kind" 0
	git reset -q
	# shellcheck disable=SC2059 # formats
	printf "$bad" | tee 'bad one.VMX' >template.vmtx
	git add good.vmx 'bad one.VMX' template.vmtx no.txt
done

echo "$failures failures"
[ "$failures" -eq 0 ]
