#!/bin/sh
# setup.sh: builds what the tests of scripts need, into the user's cache: a host of PowerShell's
# engine, by the .NET SDK, and a reader of PowerShell's grammar, by npm. Where one cannot be had the
# tests that want it are skipped.
set -u

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gpuvirt/powershell
grammar=tree-sitter-powershell@0.25.9 # 0.26 needs a newer libtree-sitter than Debian 12 has

say() { printf 'bootstrap: %s\n' "$*" >&2; }

# True when BUILT is there and none of the files is newer.
is_built() {
	built=$1
	shift
	[ -e "$built" ] && [ -z "$(find "$@" -newer "$built" | head -n 1)" ]
}

build_host() {
	command -v dotnet >/dev/null || {
		echo "no .NET SDK"
		return 1
	}
	DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 dotnet publish "$here/host/pwsh.csproj" \
		--use-current-runtime --self-contained false --artifacts-path "$cache/artifacts" \
		-c Release -o "$cache/host"
}

build_syntax() {
	command -v npm >/dev/null || {
		echo "no npm"
		return 1
	}
	cd "$cache" && rm -rf package tree-sitter-powershell-*.tgz &&
		npm pack --silent "$grammar" && tar -xzf tree-sitter-powershell-*.tgz &&
		cc -O1 -I package/src -o syntax "$here/syntax.c" package/src/parser.c \
			package/src/scanner.c -ltree-sitter
}

# provide WHAT BUILT FILES...: runs build_WHAT unless BUILT is newer than FILES.
provide() {
	what=$1
	built=$2
	shift 2
	is_built "$built" "$@" && return
	say "building the $what of PowerShell, for tests"
	if ("build_$what") >"$cache/$what.log" 2>&1; then
		touch "$built"
	else
		say "it cannot be built, tests that need it are skipped: see $cache/$what.log"
	fi
}

mkdir -p "$cache"
provide host "$cache/host.built" "$here/host" "$here/mock" "$here/modules"
provide syntax "$cache/syntax.built" "$here/syntax.c"
