"""What the scripts may not use: what is new in PowerShell 7, and what makes text a command.

    lint.py FILE...

Prints FILE:LINE: what is wrong. First it shows itself that it can fail.
"""

import re
import sys

# Cmdlets that are used; of Hyper-V's only with the module's name, which VMware's have too.
CMDLETS = {"Get-Command", "Get-ItemProperty", "Get-PnpDevice", "Get-PnpDeviceProperty", "Get-Service",
           "Import-Module", "Invoke-Command"}
HYPERV = {"Get-VM", "Get-VMSnapshot", "Set-VM", "Get-VMGpuPartitionAdapter",
          "Add-VMGpuPartitionAdapter", "Remove-VMGpuPartitionAdapter", "Get-VMHostPartitionableGpu",
          "Get-VMPartitionableGpu"}
PARAMETERS = {"VM", "Id", "InstancePath", "AdapterId", "Confirm", "ErrorAction", "LiteralPath", "Name",
              "InstanceId", "KeyName", "PresentOnly", "ComputerName", "ScriptBlock", "ArgumentList"}
OPERATORS = {"eq", "ne", "lt", "gt", "ge", "and", "or", "not", "is", "like", "notlike", "join", "f"}
KEYWORDS = {"if", "else", "foreach", "in", "return", "function", "try", "catch", "throw", "switch",
            "default", "break", "param", "exit"}
TOKENS = re.compile(r"""
      (?P<comment>\#[^\n]*)
    | (?P<here>@['"][ \t]*\n)
    | (?P<single>'(?:[^'\n]|'')*')
    | (?P<double>"(?:[^"`\n]|`.|"")*")
    | (?P<open>['"])
    | (?P<variable>\$(?:\w+:)?\w+|\$_|@\w+)
    | (?P<cmdlet>(?:Hyper-V\\)?[A-Z][a-z]+-[A-Z]\w*)
    | (?P<dash>(?<![\w\])])-[A-Za-z]\w*)
    | (?P<seven>&&|\|\||\?\??=?|\?\.)
    | (?P<type>\[[\w.]+(?:\[\])?\])
    | (?P<word>[A-Za-z_]\w*)
    | (?P<other>.|\n)
""", re.VERBOSE)


def problem_of(kind, text, defined):
    """What is wrong with a token; None when nothing is."""
    if kind == "seven":
        return "an operator that Windows PowerShell has not, or the alias ?"
    if kind in ("here", "open"):
        return "a text of several lines, which joining would change"
    if kind == "cmdlet":
        bare = text.removeprefix("Hyper-V\\")
        if bare in HYPERV:
            return None if bare != text else "a cmdlet of Hyper-V without its module"
        return None if text in CMDLETS | defined | {"Hyper-V"} else "a command that is not known here"
    if kind == "dash" and text[1:] not in PARAMETERS | OPERATORS:
        return "a parameter or operator that is not known here"
    if kind == "variable" and text.startswith("$env:") and not text.startswith("$env:GPUVIRT_"):
        return "an environment variable of somebody else"
    if kind == "double" and re.search(r"\$\(.*\$env:", text):
        return "environment in a text"
    return None


def tries_without_end(words):
    """Whether each try has its catch or finally, as the grammar does not tell."""
    return words.count("try") > words.count("catch") + words.count("finally")


def lint(name, text, defined=frozenset()):
    """The problems of TEXT, where the functions DEFINED are known."""
    problems = []
    words = []
    for match in TOKENS.finditer(text):
        kind = match.lastgroup
        found = problem_of(kind, match.group(), defined)
        before = text[:match.start()]
        line = before.count("\n") + 1
        words += [match.group()] if kind == "word" else []
        if kind == "comment" and before.rpartition("\n")[2].strip() != "":
            found = "a comment behind code, which joining would keep"
        if found:
            problems.append(f"{name}:{line}: {found}: {match.group()!r}")
    for number, row in enumerate(text.split("\n"), 1):
        if not row.isascii() or "\r" in row:
            problems.append(f"{name}:{number}: not plain ASCII")
        # Functions of modules, given Ignore, fail in Windows PowerShell 5.1.
        if re.search(r"-ErrorAction Ignore|Invoke-Expression|Add-Type|-AsHashtable|^\s*(class|enum|using)\s+\w", row.split("#")[0]):
            problems.append(f"{name}:{number}: not for these scripts: {row.strip()!r}")
    if tries_without_end(words):
        problems.append(f"{name}: a try without catch")
    creates = len(re.findall(r"\[scriptblock\]::Create", text))
    if creates > (1 if name.endswith("main.ps1") else 0):
        problems.append(f"{name}: text becomes a script")
    return problems


BAD = ["$a = $b ?? 1", "$a ??= 1", "$a = $b ? 1 : 2", "Get-Service -Name a && exit 1", "$a?.b", "a || b",
       "$x | ? { $_ }", "ConvertFrom-Json $x -AsHashtable", "Get-VM", "Hyper-V\\Start-VM", "'caf\u00e9'",
       "'\u2018'", "$a = @'\nx\n'@", "$a = 'two\nlines'", '$a = "two\nlines"', "try { 1 }", "iex $x; Invoke-Expression $x",
       "[scriptblock]::Create($x)", "Get-Service -Name a -Foo", "$env:PATH", "Hyper-V\\Get-VM -Name a -Parallel",
       "Write-Output 1", "class A { }", "enum B { x }", "$a = 1 # why", "$a -match $b -and $c -isplit $d", "exit 0\r",
       "Get-Service -Name a -ErrorAction Ignore"]
GOOD = ["$a = 'a ? b : c && d ?? e'", "# a ? comment", "Hyper-V\\Get-VM -Id $id", "try { 1 } catch { 2 }",
        "$a = \"x $b\"", "if ($a -eq 1) { exit 0 }", "'it''s'", "Get-Command \"Hyper-V\\$name\" -ErrorAction SilentlyContinue"]


def main(paths):
    for text in BAD:
        if not lint("bad", text):
            print(f"the lint misses {text!r}")
            return 1
    problems = [problem for text in GOOD for problem in lint("good", text)]
    texts = {}
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            texts[path] = file.read()
    defined = set(re.findall(r"function ([\w-]+)", "".join(texts.values())))
    for path, text in texts.items():
        problems += lint(path, text, defined)
    print("\n".join(problems) or f"{len(paths)} scripts, nothing found")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
