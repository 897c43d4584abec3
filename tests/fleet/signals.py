"""SIGINT and SIGTERM at random moments: the run ends at a file, tidy, and says how far it came.

    signals.py GPUVIRT SCRATCH
"""

import os
import random
import re
import signal
import time

import fleet

ROUNDS = 40
MACHINES = 500
MIN_STOPPED = 20  # rounds in which the signal came before the end
MIN_AMID = 5  # rounds in which some files were repaired and some not
SIGNALS = (signal.SIGINT, signal.SIGTERM)
HOW_FAR = re.compile(rb"(\d+) of (\d+) files")


def stop_one(program, tree, options, delay, which):
    run = program.start("fix", *options, tree.root)
    time.sleep(delay)
    run.send_signal(which)
    _, errors = run.communicate()
    return run.returncode, errors


def problems_of(tree, status, errors, which):
    """What is wrong with a run that was asked to end; nothing when it had ended before."""
    found = tree.problems_between()
    found += [f"{path} is left over" for path in tree.temporaries()]
    if status == 0:
        return found
    if status != -which:
        return found + [f"ended with {status}, not by {which.name}: {errors}"]
    said = HOW_FAR.search(errors)
    if said is None:
        return found + [f"does not say how far it came: {errors}"]
    done, total = int(said[1]), int(said[2])
    repaired = tree.count_repaired()
    if total != MACHINES or done != repaired:
        found.append(f"says {done} of {total}, but {repaired} of {MACHINES} are repaired")
    return found


def one_round(program, tree, options, delay, which):
    """Returns what was wrong, and how many files were repaired when the signal had stopped it."""
    tree.restore()
    status, errors = stop_one(program, tree, options, delay, which)
    found = problems_of(tree, status, errors, which)
    repaired = tree.count_repaired() if status != 0 else None
    again = program.run("fix", *options, tree.root)
    if again.returncode != 0:
        found.append(f"the next run ended with {again.returncode}: {again.stderr}")
    return found + tree.problems_after(backups=not options), repaired


def main():
    program, scratch, rest = fleet.arguments(__doc__)
    seed = int(rest[0]) if rest else random.randrange(1 << 32)
    chance = random.Random(seed)
    tree = fleet.Fleet(os.path.join(fleet.folder_in_memory(scratch), "tree"), MACHINES)
    os.mkdir(os.path.join(scratch, "empty"))
    span = (
        program.duration("fix", os.path.join(scratch, "empty")),
        program.duration("fix", tree.root),
    )
    problems, came_to = [], []
    for number in range(ROUNDS):
        options = ["--no-backup"] if number % 2 else []
        which = SIGNALS[number // 2 % 2]
        found, repaired = one_round(program, tree, options, chance.uniform(*span), which)
        problems += [f"round {number}: {problem}" for problem in found]
        came_to.append(repaired)
    stopped = [count for count in came_to if count is not None]
    amid = [count for count in stopped if 0 < count < MACHINES]
    if len(stopped) < MIN_STOPPED:
        problems.append(f"only {len(stopped)} signals came before the end")
    if len(amid) < MIN_AMID:
        problems.append(f"only {len(amid)} signals came amid the renames")
    said = f"{len(stopped)} of {ROUNDS} stopped, {len(amid)} amid the renames (seed {seed})"
    fleet.finish(problems, said)


if __name__ == "__main__":
    main()
