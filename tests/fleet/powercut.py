"""A power cut at each system call of a fix leaves every file whole, old or new.

    powercut.py GPUVIRT SCRATCH

A fix is recorded by strace and replayed on a model of a disk that loses what was not made durable.
That the replay sees everything is shown by the tree, which must be what the replay ends with; that
it can complain, by logs from which syncs are taken, and by programs that promise nothing.
"""

import os
import re
import sys

import fleet
import replay
import strace

FEW = 4
MANY = 100  # enough to be grouped
SYNC = re.compile(r"\b(fsync|fdatasync|syncfs|sync)(\(| resumed)")
RENAME = re.compile(r"\brename(at|at2)?\(")
NO_EXCHANGE = "renameat2:error=EINVAL"
# name, files, options of fix, what strace injects
CASES = (
    ("batch, few files", FEW, ["--durability=batch"], None),
    ("batch, few files, no backup", FEW, ["--durability=batch", "--no-backup"], None),
    ("batch", MANY, ["--durability=batch", "-j", "1"], None),
    ("batch, four workers", MANY, ["--durability=batch", "-j", "4"], None),
    ("batch, no backup", MANY, ["--durability=batch", "--no-backup"], None),
    ("batch, names cannot be exchanged", MANY, ["--durability=batch"], NO_EXCHANGE),
    ("file", FEW, ["--durability=file"], None),
    ("file, no backup", MANY, ["--durability=file", "--no-backup"], None),
    ("file, names cannot be exchanged", FEW, ["--durability=file"], NO_EXCHANGE),
)
# Programs that make the same repair and promise nothing: the replay must complain about each.
IN_PLACE = """
import sys
for path in sys.argv[1:]:
    text = open(path).read().replace('mks.enable3d = "FALSE"', 'mks.enable3d = "TRUE"')
    lines = [line for line in text.splitlines(True) if not line.startswith("vmotion.svga.")]
    open(path, "w").write("".join(lines))
"""
SED = ["sed", "-i", "-e", 's/^mks.enable3d = "FALSE"/mks.enable3d = "TRUE"/']
SED += ["-e", r"/^vmotion\.svga\./d"]


def contents(root):
    """Every file below ROOT with its text."""
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    return {path: fleet.read(path) for path in paths}


def replay_lines(tree, lines, backups):
    machine = replay.Replay(tree.root, tree.old, tree.new, backups=backups)
    return machine.run(strace.parse(lines))


def record(program, tree, options, inject, log):
    tree.restore()
    return strace.record(program.command("fix", *options, tree.root), log, inject)


def check_case(program, scratch, case):
    """One case: its problems, and the log with the tree it was made in."""
    name, count, options, inject = case
    tree = fleet.Fleet(os.path.join(scratch, f"tree{count}"), count)
    backups = "--no-backup" not in options
    outcome, lines = record(program, tree, options, inject, os.path.join(scratch, "log"))
    run = replay_lines(tree, lines, backups)
    found = run.problems + tree.problems_after(backups)
    if outcome.returncode != 0:
        found.append(f"ended with {outcome.returncode}: {outcome.stderr}")
    seen = {path: file.text for path, file in run.disk.names.items() if file is not None}
    if seen != contents(tree.root):
        found.append("the replay ends with another tree than the run: it does not see everything")
    if count == MANY and "--durability=batch" in options and run.syncs_of_all == 0:
        found.append("the syncs were not grouped")
    print(f"{name}: {run.crash_points} moments, {run.syncs_of_all} syncs of the file system")
    return [f"{name}: {problem}" for problem in found], tree, lines, backups


def without(lines, pattern, first, last):
    """The log without what matches PATTERN between two places."""
    return [
        line
        for number, line in enumerate(lines)
        if not (first <= number < last and pattern.search(line))
    ]


def check_mutants(name, tree, lines, backups):
    """Logs of runs that forgot a sync: the replay must complain about each."""
    renames = [number for number, line in enumerate(lines) if RENAME.search(line)]
    mutants = {
        "no sync": without(lines, SYNC, 0, len(lines)),
        "no sync before the first rename": without(lines, SYNC, 0, renames[0]),
        "no sync behind the last rename": without(lines, SYNC, renames[-1], len(lines)),
    }
    found = []
    for what, mutant in mutants.items():
        problems = replay_lines(tree, mutant, backups).problems
        if not problems:
            found.append(f"{name}: a log with {what} was not noticed")
    return found


def check_others(scratch):
    """sed -i and a script that writes in place."""
    found = []
    tree = fleet.Fleet(os.path.join(scratch, "others"), FEW)
    for command in (SED, [sys.executable, "-c", IN_PLACE]):
        tree.restore()
        _, lines = strace.record([*command, *tree.old], os.path.join(scratch, "log"))
        if tree.count_repaired() != FEW:
            found.append(f"{command[0]} did not do the repair, which shows nothing")
        if not replay_lines(tree, lines, False).problems:
            found.append(f"{command[0]} was taken to be safe")
    return found


def main():
    program, scratch, _ = fleet.arguments(__doc__)
    strace.need()
    problems = check_others(scratch)
    for case in CASES:
        found, tree, lines, backups = check_case(program, scratch, case)
        problems += found
        if not found:
            problems += check_mutants(case[0], tree, lines, backups)
    fleet.finish(problems, f"{len(CASES)} recorded runs, each also with its syncs taken away")


if __name__ == "__main__":
    main()
