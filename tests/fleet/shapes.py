"""Trees of unusual shapes: one folder of very many files, deep ones, paths longer than PATH_MAX.

    shapes.py GPUVIRT SCRATCH PEAK

PEAK is the program of peak.c.
"""

import os
import resource
import shutil
import subprocess

import fleet
import machines

CROWD = 20000
LEVELS = 300
LONG_NAME = "a-folder-of-a-long-name"  # 300 of them are longer than PATH_MAX
DESCRIPTORS = 64
BYTES_A_FILE = 500  # of memory that a further file may cost: its path, and room to grow


def crowd(root, count):
    """COUNT machines in one folder, every hundredth needs repair."""
    return machines.make_tree(
        root, count, layout=lambda n: f"m{n:06}.vmx", needs_repair=lambda n: n % 100 == 0
    )


def peak_memory(scratch, peak, command):
    """The most memory that COMMAND had, in bytes. What ASan keeps of freed memory is kept small."""
    options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    result = os.path.join(scratch, "peak")
    subprocess.run(
        [peak, result, *command],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "ASAN_OPTIONS": options},
        check=True,
    )
    return int(fleet.read(result).split()[1]) << 10


def check_crowd(program, scratch, peak):
    """One folder of very many files, few descriptors, and memory flat but for the paths."""
    root = os.path.join(scratch, "crowd")
    needy = crowd(root, CROWD)
    found = []
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    run = program.run("check", root, preexec_fn=limit)
    named = [line.split(b":")[0].decode() for line in run.stdout.splitlines()[:-1]]
    if run.returncode != 1 or sorted(set(named)) != needy:
        found.append(f"check ended with {run.returncode}, names {len(set(named))} files {run.stderr}")
    if named != sorted(named):
        found.append("check does not print in the order of the paths")
    run = program.run("fix", "-q", root, preexec_fn=limit)
    if run.returncode != 0:
        found.append(f"fix ended with {run.returncode}: {run.stderr}")
    found += [f"{path} is not repaired" for path in needy if b"FALSE" in fleet.read(path)[1900:]]
    left = len(os.listdir(root)) - CROWD - len(needy)
    if left != 0:
        found.append(f"{left} files more than machines and backups")
    return found + check_memory(program, scratch, root, peak)


def check_memory(program, scratch, root, peak):
    small = os.path.join(scratch, "small")
    machines.make_tree(small, CROWD // 10, layout=lambda n: f"m{n:06}.vmx")
    program.run("fix", "--no-backup", small)
    few, many = (
        peak_memory(scratch, peak, program.command("check", "-q", tree)) for tree in (small, root)
    )
    each = (many - few) / (CROWD * 0.9)
    print(f"{each:.0f} bytes of memory for each further file, {few >> 10} KB with {CROWD // 10}")
    return [f"each file costs {each:.0f} bytes of memory"] if each > BYTES_A_FILE else []


def make_deep(root):
    """Folders in folders, a machine in each hundredth; by steps, since no call takes such paths."""
    os.makedirs(root)
    folder = os.open(root, os.O_RDONLY)
    for level in range(1, LEVELS + 1):
        os.mkdir(LONG_NAME, dir_fd=folder)
        below = os.open(LONG_NAME, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
        if level % 100 == 0:
            file = os.open("deep.vmx", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=folder)
            os.write(file, machines.needy(level))
            os.close(file)
    os.close(folder)


def read_deep(root, name):
    """What the machines of make_deep hold, by level."""
    texts = {}
    for _, _, names, folder in os.fwalk(root):
        if name in names:
            file = os.open(name, os.O_RDONLY, dir_fd=folder)
            text = os.read(file, 1 << 20)
            os.close(file)
            texts[text] = texts.get(text, 0) + 1
    return texts


def check_deep(program, scratch):
    root = os.path.join(scratch, "deep")
    make_deep(root)
    levels = range(100, LEVELS + 1, 100)
    found = []
    run = program.run("check", root)
    if run.returncode != 1 or run.stdout.count(b"enable-3d") != len(levels):
        found.append(f"deep: check ended with {run.returncode}: {run.stdout[-300:]} {run.stderr[-300:]}")
    run = program.run("fix", root)
    if run.returncode != 0:
        found.append(f"deep: fix ended with {run.returncode}: {run.stderr[-300:]}")
    if read_deep(root, "deep.vmx") != {machines.healthy(level): 1 for level in levels}:
        found.append("deep: not every machine is repaired")
    if read_deep(root, "deep.vmx.bak") != {machines.needy(level): 1 for level in levels}:
        found.append("deep: not every machine has its backup")
    shutil.rmtree(root)
    return found


def check_many_folders(program, scratch):
    """More folders than descriptors."""
    tree = fleet.Fleet(os.path.join(scratch, "folders"), 10 * DESCRIPTORS)
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    found = []
    for options in (["-j", "1"], ["-j", "8"], ["-j", "8", "--durability=file"]):
        tree.restore()
        run = program.run("fix", "-q", *options, tree.root, preexec_fn=limit)
        if run.returncode != 0:
            found.append(f"fix {options} ended with {run.returncode}: {run.stderr[-300:]}")
        found += tree.problems_after(backups=True)
    return found


def main():
    program, scratch, (peak,) = fleet.arguments(__doc__)
    problems = check_deep(program, scratch)
    problems += check_many_folders(program, scratch)
    problems += check_crowd(program, scratch, peak)
    shutil.rmtree(scratch)
    fleet.finish(problems, f"{CROWD} files in a folder, {LEVELS} levels, {DESCRIPTORS} descriptors")


if __name__ == "__main__":
    main()
