"""A Windows host that is a file, and the scripts run on it by the engine of PowerShell.

Where the host of that engine is not built (./bootstrap test does so), tests end as skipped.
"""

import base64
import copy
import json
import os
import subprocess
import sys

SKIPPED = 77
INTERFACE = "{064092b3-625e-43bf-9eb5-dc845897dd59}"


def skip(reason):
    print("SKIP:", reason, file=sys.stderr)
    sys.exit(SKIPPED)


def cache():
    """Where ./bootstrap test puts what it builds for the tests."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "gpuvirt", "powershell")


def instance(vendor, device, slot):
    return f"PCI\\VEN_{vendor}&DEV_{device}&SUBSYS_11BF1B4C&REV_A1\\4&{slot}&0&0008"


def interface(instance_id, suffix="\\GPUPARAV"):
    """As Windows writes it: the last part of the instance in other case than Plug and Play does."""
    kept, slot = instance_id.rsplit("\\", 1)
    return "\\\\?\\" + kept.replace("\\", "#") + "#" + slot.lower() + "#" + INTERFACE + suffix


# Five partitions: two identical cards, one of SR-IOV, an NPU, and one that Plug and Play lacks.
FIRST = instance("10DE", "1C82", "38AB2860")
TWIN = instance("10DE", "1C82", "38AB2861")
SERVER = instance("10DE", "2236", "11111111")
NPU = instance("8086", "7D1D", "22222222")
GONE = instance("1002", "73FF", "33333333")

DEVICES = [
    {"InstanceId": FIRST, "FriendlyName": "NVIDIA GeForce GTX 1050 Ti", "Class": "Display",
     "Status": "OK", "Driver": "32.0.15.6094"},
    {"InstanceId": TWIN, "FriendlyName": "NVIDIA GeForce GTX 1050 Ti", "Class": "Display",
     "Status": "OK", "Driver": "32.0.15.6094"},
    {"InstanceId": SERVER, "FriendlyName": "NVIDIA A10", "Class": "Display", "Status": "Error",
     "Driver": None},
    {"InstanceId": NPU, "FriendlyName": "Intel(R) AI Boost", "Class": "ComputeAccelerator",
     "Status": "OK", "Driver": "31.0.100.1688"},
    {"InstanceId": "USB\\VID_0000", "FriendlyName": None, "Class": "USB", "Status": "Unknown",
     "Driver": None},
]

GPUS = [
    {"Name": interface(FIRST), "PartitionCount": 32, "ValidPartitionCounts": [32]},
    {"Name": interface(TWIN), "PartitionCount": 32, "ValidPartitionCounts": [32]},
    {"Name": interface(SERVER, ""), "PartitionCount": 4, "ValidPartitionCounts": [1, 2, 4]},
    {"Name": interface(NPU), "PartitionCount": 32, "ValidPartitionCounts": [32]},
    {"Name": interface(GONE), "PartitionCount": 32, "ValidPartitionCounts": []},
]

VERSION_KEY = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
POLICY_KEY = "SOFTWARE\\Policies\\Microsoft\\Windows\\HyperV"


def machine(number, name, **members):
    """A virtual machine with the values of a new one, NUMBER in its GUID."""
    made = {
        "Id": f"{number:08d}-aaaa-bbbb-cccc-dddddddddddd", "Name": name, "State": "Off",
        "Generation": 2, "Version": "12.0", "Checkpoints": 0, "GuestControlledCacheTypes": False,
        "LowMemoryMappedIoSpace": 134217728, "HighMemoryMappedIoSpace": 536870912,
        "CheckpointType": "Production", "AutomaticCheckpointsEnabled": True,
        "AutomaticStopAction": "Save", "DynamicMemoryEnabled": False, "Adapters": [],
    }
    made.update(members)
    return made


def host(*machines, **members):
    """A Windows 11 with MACHINES."""
    made = {
        "instancePath": True, "next": 1, "vmms": "Running", "denied": False,
        "registry": {VERSION_KEY: {"CurrentBuild": "26100", "InstallationType": "Client",
                                   "EditionID": "Professional"}},
        "devices": DEVICES, "gpus": GPUS, "vms": list(machines), "fail": None, "calls": [],
    }
    made.update(members)
    return copy.deepcopy(made)


class PowerShell:
    """Runs scripts, one host file for each run."""

    def __init__(self, runner, scratch):
        self.runner = runner
        self.scratch = scratch
        self.program = os.path.join(cache(), "host", "pwsh")
        if not os.access(self.program, os.X_OK):
            skip(f"no {self.program}: ./bootstrap test builds it where there is a .NET SDK")
        os.makedirs(scratch, exist_ok=True)

    def environment(self, name, state, modules, settings):
        """Writes the host and returns the environment of a run."""
        path = os.path.join(self.scratch, name + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(state, file)
        folder = os.path.join(os.path.dirname(self.program), "modules")
        paths = [os.path.join(folder, module) for module in modules]
        return path, {**os.environ, "MOCK_HOST": path, "PSModulePath": ":".join(paths), **settings}

    def run(self, name, script, request, state, modules=("hyperv11", "windows"), computer=None,
            settings=None):
        """Runs SCRIPT on STATE; returns the answer, and what STATE then is."""
        path, environment = self.environment(name, state, modules, settings or {})
        text = request if isinstance(request, str) else json.dumps(request)
        arguments = [self.runner, "run", script, self.program] + ([computer] if computer else [])
        run = subprocess.run(arguments, input=text.encode(), env=environment, capture_output=True,
                             check=False)
        with open(path, encoding="utf-8") as file:
            after = json.load(file)
        if run.returncode != 0:
            return run.stderr.decode(), after
        answer = run.stdout.decode("ascii")
        return json.loads(answer), after

    def run_text(self, name, text, state=None, settings=None):
        """Runs a script of the test itself, and returns what it prints."""
        path, environment = self.environment(name, state or host(), ("hyperv11", "windows"),
                                             settings or {})
        command = base64.b64encode(text.encode("utf-16-le")).decode()
        run = subprocess.run([self.program, "-NoLogo", "-NoProfile", "-NonInteractive",
                              "-EncodedCommand", command], env=environment, capture_output=True,
                             check=False)
        with open(path, encoding="utf-8") as file:
            return run.stdout.decode(), run.stderr.decode(), json.load(file)

    def text_of(self, script):
        """SCRIPT as it is compiled in."""
        return subprocess.run([self.runner, "text", script], capture_output=True,
                              check=True).stdout.decode("ascii")
