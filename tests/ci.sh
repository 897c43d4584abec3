#!/bin/sh
# The files of docs/ci: ci.sh GPUVIRT ROOT
#
# Their YAML is read by a parser and looked at; check.sh is run with a stand-in that notes how it is
# called, and with GPUVIRT itself. What is not there (python3, its yaml) is skipped with the reason.
set -eu

[ $# -eq 2 ] || {
	echo "usage: $0 GPUVIRT ROOT" >&2
	exit 2
}
gpuvirt=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$2" && pwd)
check=$root/docs/ci/check.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir"
unset GPUVIRT_PATHS GPUVIRT_OPTIONS GPUVIRT_CHANGED_SINCE GPUVIRT_REPORTS GPUVIRT_FORMAT

failures=0
skipped=

fail() {
	failures=$((failures + 1))
	echo "FAIL $*"
}

# A gpuvirt that notes its arguments, one call a line, and ends with $STATUS.
cat >note <<'END'
#!/bin/sh
for word; do printf '<%s>' "$word"; done >>calls
echo >>calls
case $* in *--exit-zero*) exit "${REPORT_STATUS-0}" ;; *) exit "${STATUS-0}" ;; esac
END
chmod +x note
mkdir -p tree/build
cp -R "$root/docs" tree/
# shellcheck disable=SC2016 # it is the stand-in's
printf '#!/bin/sh\n[ "$1" = run ] && shift && GPUVIRT= && exec "%s/note" "$@"\n' "$dir" \
	>tree/bootstrap
chmod +x tree/bootstrap

# calls NAME STATUS: the last run made the calls on standard input and ended with STATUS.
calls() {
	cat >want
	if ! cmp -s want calls; then
		fail "$1: other calls"
		diff want calls || :
	fi
	[ "$2" -eq "$status" ] || fail "$1: exit status $status, not $2"
	rm -f calls
}

status=0
GPUVIRT="$dir/note" "$check" || status=$?
calls defaults 0 <<'END'
<check><--output-format=text><--><.>
END

status=0
GPUVIRT_PATHS='a b
*
-x' GPUVIRT_OPTIONS='--baseline=known ones.json
-v' GPUVIRT_CHANGED_SINCE='origin/main' GPUVIRT_REPORTS='sarif=a b.sarif
junit=x=y.xml' GPUVIRT_FORMAT=github STATUS=1 GPUVIRT="$dir/note" "$check" || status=$?
calls everything 1 <<'END'
<check><-q><--exit-zero><--output-format=sarif><--output=a b.sarif><--baseline=known ones.json><-v><--changed-since=origin/main><--><a b><*><-x>
<check><-q><--exit-zero><--output-format=junit><--output=x=y.xml><--baseline=known ones.json><-v><--changed-since=origin/main><--><a b><*><-x>
<check><--output-format=github><--baseline=known ones.json><-v><--changed-since=origin/main><--><a b><*><-x>
END

# Nothing in a setting is read as a script.
status=0
# shellcheck disable=SC2016 # so it is meant
GPUVIRT_PATHS='$(touch stolen); `touch stolen`
; touch stolen' GPUVIRT="$dir/note" "$check" || status=$?
[ ! -e stolen ] || fail "a setting was run"
# shellcheck disable=SC2016
calls harm 0 <<'END'
<check><--output-format=text><--><$(touch stolen); `touch stolen`><; touch stolen>
END

# A report that cannot be made ends it.
status=0
GPUVIRT_REPORTS=sarif=x REPORT_STATUS=2 GPUVIRT="$dir/note" "$check" || status=$?
calls misuse 2 <<'END'
<check><-q><--exit-zero><--output-format=sarif><--output=x><--><.>
END

# Without GPUVIRT the bootstrap of the tree is called.
status=0
STATUS=1 tree/docs/ci/check.sh || status=$?
calls bootstrap 1 <<'END'
<check><--output-format=text><--><.>
END

# The program takes the options that check.sh and the page use.
mkdir vms
printf 'config.version = "8"\nvirtualHW.version = "21"\n' >vms/a.vmx
help=$("$gpuvirt" check --help)
missing=
for option in --output-format --output --exit-zero --baseline --write-baseline --changed-since; do
	case $help in *" $option "* | *" $option
"*) ;; *) missing="$missing $option" ;; esac
done
if [ -n "$missing" ]; then
	skipped="gpuvirt check does not take$missing"
else
	status=0
	GPUVIRT_PATHS=vms GPUVIRT_REPORTS='sarif=r.sarif
junit=r.xml
gitlab=r.json' GPUVIRT_FORMAT=github GPUVIRT="$gpuvirt" "$check" >out || status=$?
	[ "$status" -eq 1 ] || fail "gpuvirt: exit status $status, not 1"
	grep -q '^::error ' out || fail "gpuvirt: no workflow command"
	for report in r.sarif r.xml r.json; do
		[ -s $report ] || fail "gpuvirt: no $report"
	done
fi

if ! command -v python3 >/dev/null || ! python3 -c 'import yaml' 2>/dev/null; then
	skipped="there is no python3 with yaml"
else
	python3 - "$root" <<'END' || fail "the YAML"
import re, sys, yaml
root = sys.argv[1]

def load(text):
    return yaml.load(text, yaml.BaseLoader)  # texts alone: "on" stays "on"

def want(what, good):
    if not good:
        sys.exit(what)

action = load(open(root + "/docs/ci/github/action.yml").read())
steps = action["runs"]["steps"]
want("composite", action["runs"]["using"] == "composite")
want("every step has a shell", all(step["shell"] == "bash" for step in steps))
want("no input within a script", not any("${{" in step["run"] for step in steps))
used = re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", " ".join(steps[-1]["env"].values()))
want("every input is used", sorted(used) == sorted(action["inputs"]))
script = open(root + "/docs/ci/check.sh").read()

def want_settings(names):
    for name in names:
        want(name + " is none of check.sh's", name == "GIT_DEPTH" or
             name in ("GPUVIRT_REF", "GPUVIRT_REPOSITORY") or name in script)

want_settings(steps[-1]["env"])
job = load(open(root + "/docs/ci/gitlab.yml").read())["gpuvirt"]
want_settings(job["variables"])
written = [line.split("=")[1] for line in job["variables"]["GPUVIRT_REPORTS"].split("\n")]
want("what is reported is written", sorted(written) == sorted(job["artifacts"]["reports"].values()))

page = open(root + "/docs/ci/README.md").read()
blocks = re.findall(r"```yaml file=(\S+)\n(.*?)```", page, re.S)
want("five examples", len(blocks) == 5 and page.count("```yaml") == 5)
for name, text in blocks:
    example = load(text)
    for job in example.get("jobs", {}).values():
        for step in job["steps"]:
            if "gpuvirt" in step["uses"]:
                want(name, set(step.get("with", {})) <= set(action["inputs"]))
    want_settings(example.get("gpuvirt", {}).get("variables", {}))
    ids = [hook["id"] for repo in example.get("repos", []) for hook in repo["hooks"]]
    known = [hook["id"] for hook in load(open(root + "/.pre-commit-hooks.yaml").read())]
    want(name, set(ids) <= set(known) and all(id in page for id in known))
END
fi

echo "$failures failures"
[ "$failures" -eq 0 ] || exit 1
[ -z "$skipped" ] || {
	echo "SKIP: $skipped" >&2
	exit 77
}
