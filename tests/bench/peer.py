"""peer.py FOLDER: the repair as a script of a few lines does it, one file after the other."""

import os
import re
import sys

ENABLED = re.compile(rb'^mks\.enable3d = ".*"$', re.MULTILINE)
STALE = re.compile(rb"^vmotion\.svga\..*\n", re.MULTILINE)

for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if not name.endswith(".vmx"):
            continue
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            old = file.read()
        new = STALE.sub(b"", ENABLED.sub(b'mks.enable3d = "TRUE"', old))
        if new != old:
            with open(path + ".new", "wb") as file:
                file.write(new)
            os.replace(path + ".new", path)
