"""gpuvirt gpupv on a mocked host: the program, the scripts that are compiled in, real PowerShell.

    program.py GPUVIRT SCRATCH

After each command the whole state of the host is compared with what it must be.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import mocked
from mocked import FIRST, GPUS, TWIN, host, interface, machine

ON = {"GuestControlledCacheTypes": True, "LowMemoryMappedIoSpace": 1 << 30,
      "HighMemoryMappedIoSpace": 32 << 30, "CheckpointType": "Disabled",
      "AutomaticCheckpointsEnabled": False, "AutomaticStopAction": "TurnOff"}
CHANGING = ("Set-VM", "Add-VMGpuPartitionAdapter", "Remove-VMGpuPartitionAdapter")
NAMES = ("it's", "$(throw 1)", 'a "b" `n', "[vm]*", "\u2018smart\u201d", "two\nlines", "\u4eee\u60f3\u6a5f",
         "\U0001f600", "2024-05-05T10:00:00Z")


def adapter(vm, number, path):
    return {"Id": f"Microsoft:{vm['Id']}\\{number:012d}", "InstancePath": path}


class Host:
    """One mocked host, and the program run on it."""

    def __init__(self, shell, name, state, modules=("hyperv11", "windows"), **settings):
        self.shell = shell
        self.home = os.path.join(shell.scratch, name + ".home")
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        self.path, self.environment = shell.environment(name, state, modules, settings)
        self.environment.update(HOME=self.home, XDG_STATE_HOME=self.home, LC_ALL="C.UTF-8")
        self.expected = self.read()

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def write(self, **members):
        """Changes what the host does next."""
        state = {**self.read(), **members}
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(state, file)
        self.expected = state

    def command(self, *arguments, status=0):
        """Runs the program; returns its output and the calls that change something."""
        before = len(self.read()["calls"])
        asks = [] if arguments[0] == "script" else ["--powershell", self.shell.program]
        run = subprocess.run([self.shell.runner, "gpupv", *arguments, *asks], env=self.environment,
                             capture_output=True, check=False, timeout=600)
        if run.returncode != status:
            raise AssertionError(f"{arguments} ended {run.returncode}: {run.stdout} {run.stderr}")
        names = [call.split(" ")[0] for call in self.read()["calls"][before:]]
        return run.stdout.decode() + run.stderr.decode(), [one for one in names if one in CHANGING]

    def expect(self, *machines):
        """The host has MACHINES and is else as it was, calls and numbers of adapters aside."""
        have = self.read()
        want = {**copy.deepcopy(self.expected), "vms": list(machines), "calls": have["calls"],
                "next": have["next"]}
        have, want = (json.dumps(one, sort_keys=True, indent=1) for one in (have, want))
        if have != want:
            raise AssertionError(f"have {have}\nwant {want}")


def equal(have, want):
    if have != want:
        raise AssertionError(f"have {have}, want {want}")


def five_gpus(shell):
    """Of two identical cards one must be named; then on, again, off, back, back."""
    vm = machine(1, "a")
    other = machine(2, "b", Adapters=[{"Id": "Microsoft:x\\1", "InstancePath": interface(FIRST)}])
    here = Host(shell, "five_gpus", host(vm, other))
    said, changed = here.command("gpus")
    equal([said.count(gpu["Name"]) for gpu in GPUS], [1, 1, 1, 1, 1])
    said, changed = here.command("enable", "a", status=1)
    assert "gpu-ambiguous" in said, said
    said, changed = here.command("enable", "-n", "a", "--gpu", interface(TWIN))
    equal(changed, [])
    here.expect(vm, other)
    said, changed = here.command("enable", "a", "--gpu", interface(TWIN))
    equal(changed, ["Set-VM", "Add-VMGpuPartitionAdapter"])
    enabled = {**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]}
    here.expect(enabled, other)
    said, changed = here.command("enable", "a")
    equal(changed, [])
    here.expect(enabled, other)
    said, changed = here.command("disable", "a")
    equal(sorted(changed), ["Remove-VMGpuPartitionAdapter", "Set-VM"])
    here.expect(vm, other)
    said, changed = here.command("disable", "a")
    equal(changed, [])
    here.command("undo", "a")
    here.expect({**enabled, "Adapters": [adapter(vm, 2, interface(TWIN))]}, other)


def undone(shell):
    """Exactly what was there, adapters of another GPU among it."""
    vm = machine(1, "a", Adapters=[{"Id": "Microsoft:old\\1", "InstancePath": interface(FIRST)}],
                 HighMemoryMappedIoSpace=8 << 30, AutomaticStopAction="ShutDown")
    here = Host(shell, "undone", host(vm))
    here.command("enable", "a", "--gpu", interface(TWIN))
    here.expect({**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]})
    here.command("undo", "a")
    here.expect({**vm, "Adapters": [adapter(vm, 2, interface(FIRST))]})


def one_failure(shell, step, after):
    """A step fails, its work done or not: all is as before."""
    vm = machine(1, "a", Adapters=[{"Id": "Microsoft:old\\1", "InstancePath": interface(FIRST)}])
    cmdlet = ("Set-VM", "Remove-VMGpuPartitionAdapter", "Add-VMGpuPartitionAdapter")[step]
    here = Host(shell, f"failure_{step}_{after}", host(vm, fail={
        "cmdlet": cmdlet, "call": 1, "id": "AccessDenied", "category": "PermissionDenied",
        "after": after}))
    said, _ = here.command("enable", "a", "--gpu", interface(TWIN), status=1)
    assert "AccessDenied" in said, said
    adapters = here.read()["vms"][0]["Adapters"]
    equal([one["InstancePath"] for one in adapters], [interface(FIRST)])
    here.expect({**vm, "Adapters": adapters})


def two_of_one_name(shell):
    first, second = machine(1, "same"), machine(2, "same")
    here = Host(shell, "two_of_one_name", host(first, second))
    said, changed = here.command("enable", "same", "--gpu", interface(TWIN), status=1)
    assert "vm-ambiguous" in said and not changed, said
    here.expect(first, second)
    here.command("enable", second["Id"], "--gpu", interface(TWIN))
    here.expect(first, {**second, **ON, "Adapters": [adapter(second, 1, interface(TWIN))]})


def windows_10(shell):
    vm = machine(1, "a")
    several = Host(shell, "windows_10_several", host(vm, instancePath=False), ("hyperv10", "windows"))
    said, changed = several.command("enable", "a", status=1)
    assert "windows-chooses" in said and not changed, said
    several.expect(vm)
    single = Host(shell, "windows_10_one", host(vm, instancePath=False, gpus=GPUS[:1]),
                  ("hyperv10", "windows"))
    single.command("enable", "a")
    single.expect({**vm, **ON, "Adapters": [adapter(vm, 1, interface(FIRST))]})
    single.command("disable", "a")
    single.expect(vm)


def hostile_name(shell, number):
    vm = machine(number, NAMES[number])
    other = machine(99, "other")
    here = Host(shell, f"hostile_{number}", host(other, vm))
    here.command("enable", NAMES[number], "--gpu", interface(TWIN))
    here.expect(other, {**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]})
    here.command("undo", NAMES[number])
    here.expect(other, vm)


def another_host(shell):
    vm = machine(1, "a")
    here = Host(shell, "another_host", host(vm), MOCK_REMOTE="there")
    here.command("enable", "a", "--gpu", interface(TWIN), "--computer", "there")
    here.expect({**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]})
    said, changed = here.command("status", "a", "--computer", "elsewhere", status=1)
    assert "ComputerNotFound" in said and not changed, said


def blocked(shell):
    for name, vm, word in (("saved", machine(1, "a", State="Saved"), "vm-saved"),
                           ("running", machine(1, "a", State="Running"), "vm-not-off"),
                           ("checkpoints", machine(1, "a", Checkpoints=2), "checkpoints"),
                           ("generation", machine(1, "a", Generation=1), "generation")):
        here = Host(shell, "blocked_" + name, host(vm))
        said, changed = here.command("enable", "a", "--gpu", interface(TWIN), status=1)
        assert word in said and not changed, said
        here.expect(vm)


def scripts_for_elsewhere(shell):
    """What gpupv script prints is run by PowerShell on another host."""
    name = "it's $(throw 1) \u201d"
    vm = machine(1, name, Adapters=[{"Id": "Microsoft:old\\1", "InstancePath": interface(FIRST)}])
    here = Host(shell, "elsewhere", host(vm))
    text, changed = here.command("script", "enable", name, "--gpu", interface(TWIN))
    equal(changed, [])
    assert text.isascii() and "it's" not in text
    out, err, after = shell.run_text("elsewhere_on", text, host(vm))
    equal([out.count('"error":null'), err], [1, ""])
    enabled = {**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]}
    equal(after["vms"], [enabled])
    text, _ = here.command("script", "disable", name)
    out, err, after = shell.run_text("elsewhere_off", text, host(enabled))
    equal([out.count('"error":null'), err, after["vms"][0]["Adapters"]], [1, "", []])


def list_cases():
    table = [(case, ()) for case in (five_gpus, undone, two_of_one_name, windows_10, another_host,
                                     blocked, scripts_for_elsewhere)]
    table += [(one_failure, (step, after)) for step in range(3) for after in (False, True)]
    table += [(hostile_name, (number,)) for number in range(len(NAMES))]
    return table


def main(program, scratch):
    shell = mocked.PowerShell(program, scratch)
    table = list_cases()

    def run_case(case):
        function, arguments = case
        try:
            function(shell, *arguments)
            return None
        except Exception as problem:  # told beside the others
            return f"{function.__name__}{arguments}: {type(problem).__name__}: {problem}"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(run_case, table) if problem is not None]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(table) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
