"""Machines to work on: .vmx texts that need repair or do not, and trees of them.

Knows what a repair makes of its own texts, without asking gpuvirt; knows nothing about what is
measured or tested with them.
"""

import os

# Of the usual size, 2.5 KB: devices as VMware writes them, and what the user wrote.
DEVICES = """.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "19"
pciBridge0.present = "TRUE"
pciBridge4.present = "TRUE"
pciBridge4.virtualDev = "pcieRootPort"
pciBridge4.functions = "8"
pciBridge5.present = "TRUE"
pciBridge5.virtualDev = "pcieRootPort"
pciBridge5.functions = "8"
vmci0.present = "TRUE"
hpet0.present = "TRUE"
virtualHW.productCompatibility = "hosted"
powerType.powerOff = "soft"
powerType.powerOn = "soft"
powerType.suspend = "soft"
powerType.reset = "soft"
displayName = "machine {n}"
guestOS = "ubuntu-64"
tools.syncTime = "FALSE"
sound.autoDetect = "TRUE"
sound.virtualDev = "hdaudio"
sound.fileName = "-1"
sound.present = "TRUE"
numvcpus = "4"
cpuid.coresPerSocket = "2"
memsize = "8192"
scsi0.virtualDev = "lsilogic"
scsi0.present = "TRUE"
scsi0:0.fileName = "machine {n}.vmdk"
scsi0:0.present = "TRUE"
sata0.present = "TRUE"
sata0:1.deviceType = "cdrom-image"
sata0:1.fileName = "/srv/images/install-{n}.iso"
sata0:1.present = "TRUE"
usb.present = "TRUE"
ehci.present = "TRUE"
usb_xhci.present = "TRUE"
svga.graphicsMemoryKB = "8388608"
svga.autodetect = "TRUE"
ethernet0.connectionType = "nat"
ethernet0.addressType = "generated"
ethernet0.virtualDev = "e1000"
ethernet0.present = "TRUE"
ethernet0.generatedAddress = "00:0c:29:{n:02x}:5a:10"
ethernet0.generatedAddressOffset = "0"
extendedConfigFile = "machine {n}.vmxf"
floppy0.present = "FALSE"
uuid.bios = "56 4d 2a 11 7c 90 3e 55-0a 91 4b 5d {n:08x}"
uuid.location = "56 4d 2a 11 7c 90 3e 55-0a 91 4b 5d {n:08x}"
vmci0.id = "{n}"
monitor.phys_bits_used = "45"
cleanShutdown = "TRUE"
softPowerOff = "FALSE"
scsi0:0.redo = ""
scsi0.pciSlotNumber = "16"
usb.pciSlotNumber = "32"
ethernet0.pciSlotNumber = "33"
sound.pciSlotNumber = "34"
ehci.pciSlotNumber = "35"
sata0.pciSlotNumber = "36"
usb_xhci.pciSlotNumber = "160"
usb:1.speed = "2"
usb:1.present = "TRUE"
usb:1.deviceType = "hub"
usb:1.port = "1"
usb:1.parent = "-1"
guestInfo.detailed.data = "architecture='X86' bitness='64' distroName='Ubuntu' \
distroVersion='22.04' familyName='Linux' kernelVersion='6.1.0-18-amd64' \
prettyName='Ubuntu 22.04.4 LTS'"
annotation = "machine {n} of the fleet; owner: build team; do not remove before the audit"
"""

ASKS_FOR_3D = 'mks.enable3d = "TRUE"\n'
NO_3D = 'mks.enable3d = "FALSE"\n'
STALE = """vmotion.svga.mobMaxSize = "1073741824"
vmotion.svga.graphicsMemoryKB = "8388608"
vmotion.svga.supports3D = "0"
vmotion.svga.baseCapsLevel = "9"
vmotion.svga.maxTextureSize = "16384"
"""


def healthy(number):
    """A text in which gpuvirt finds nothing."""
    return (DEVICES.format(n=number) + ASKS_FOR_3D).encode()


def needy(number):
    """A text that needs repair; what it becomes is healthy(number)."""
    return (DEVICES.format(n=number) + NO_3D + STALE).encode()


def repaired(text):
    """What gpuvirt makes of a needy text, lines that others added included."""
    for line in STALE.splitlines(keepends=True):
        text = text.replace(line.encode(), b"")
    return text.replace(NO_3D.encode(), ASKS_FOR_3D.encode())


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)


def own_folder(number):
    """A path as VMware makes it: a folder for each machine."""
    return f"m{number:05}/machine {number}.vmx"


def shared_folder(number, size=200):
    """A path in folders of SIZE machines."""
    return f"rack{number // size:03}/m{number:05}.vmx"


def add_neighbours(path):
    """What lies beside a .vmx: small files of the kinds that VMware keeps there."""
    stem = path[: -len(".vmx")]
    write(stem + ".vmsd", b"")
    write(stem + ".vmxf", b'<?xml version="1.0"?>\n<Foundry>\n</Foundry>\n' * 3)
    write(stem + ".nvram", b"MRVN" + bytes(8680))
    write(stem + ".vmdk", b"# Disk DescriptorFile\nversion=1\nCID=fffffffe\n" * 12)


def make_tree(root, count, layout=own_folder, neighbours=False, needs_repair=lambda n: True):
    """Makes COUNT machines below ROOT; returns the paths of those that need repair, sorted."""
    chosen = []
    for number in range(count):
        path = os.path.join(root, layout(number))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, needy(number) if needs_repair(number) else healthy(number))
        if neighbours:
            add_neighbours(path)
        if needs_repair(number):
            chosen.append(path)
    return sorted(chosen)
