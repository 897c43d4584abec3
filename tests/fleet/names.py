"""What a user has under names like those of temporary files is never removed.

    names.py GPUVIRT SCRATCH

The names of the temporary files are learnt from a run that was killed; what is put there has such
names, or nearly, and is the user's all the same.
"""

import os
import shutil
import time

import fleet

TRIES = 100
TEXT = b"notes of the user\n"
# Like the names of temporary files, and not one.
ALIKE = (
    ".gpuvirt-notes.tmp",
    ".gpuvirt-.tmp",
    ".gpuvirt-0123456789abcdef",
    ".gpuvirt-0123456789ABCDEF.tmp",
    ".gpuvirt-0123456789abcdef.tmp.vmx.old",
    ".gpuvirt-0123456789abcdef.tmp~",
    ".gpuvirt-0123456789abcde.tmp",
    ".gpuvirt-",
)


def learn_names(program, tree):
    """Names of temporary files that a killed run has left."""
    tree.restore()
    whole = program.duration("fix", "-q", tree.root)
    for number in range(TRIES):
        tree.restore()
        run = program.start("fix", "-q", tree.root)
        time.sleep(whole * (number + 1) / TRIES)
        run.kill()
        run.communicate()
        names = [os.path.basename(path) for path in tree.temporaries()]
        if len(names) > 1:
            tree.restore()
            return names
    fleet.skip("no run could be killed while it had two temporary files")


def plant(folder, real):
    """The user's files: names alike, one of them but for a digit, and a folder and a link under
    REAL names. By path, what each must still be."""
    planted = {}
    swapped = real[0][:-5] + ("1" if real[0][-5] == "0" else "0") + ".tmp"
    for name in (*ALIKE, swapped):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(TEXT)
        planted[name] = TEXT
    os.mkdir(os.path.join(folder, real[0]))
    with open(os.path.join(folder, real[0], "inside"), "wb") as file:
        file.write(TEXT)
    planted[os.path.join(real[0], "inside")] = TEXT
    os.symlink(ALIKE[0], os.path.join(folder, real[1]))
    planted[real[1]] = TEXT
    return planted


def main():
    program, scratch, _ = fleet.arguments(__doc__)
    tree = fleet.Fleet(os.path.join(scratch, "tree"), 200)
    real = learn_names(program, tree)
    folder = os.path.dirname(sorted(tree.old)[0])
    planted = plant(folder, real)
    problems = []
    for options in ([], ["--no-backup"]):
        run = program.run("fix", "-q", *options, tree.root)
        if run.returncode != 0:
            problems.append(f"fix {options} ended with {run.returncode}: {run.stderr}")
        for name, text in planted.items():
            if fleet.read(os.path.join(folder, name)) != text:
                problems.append(f"fix {options} took {name} away")
        if not os.path.islink(os.path.join(folder, real[1])):
            problems.append(f"fix {options} replaced the link {real[1]}")
    shutil.rmtree(scratch)
    fleet.finish(problems, f"{len(planted)} names like {real[0]} are still there")


if __name__ == "__main__":
    main()
