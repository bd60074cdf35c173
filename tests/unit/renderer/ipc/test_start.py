"""The window opens before torch is imported: its imports of the renderer must be light."""

import json
import subprocess
import sys

LIGHT = (
    *("document.document", "ipc.client", "ipc.interface", "ipc.protocol", "ipc.frames", "ipc.child"),
    *("fake.client", "fake.engine", "fake.slow", "engine.worker"),
)
PROGRAM = """
import json, sys
import renderer.ipc.client
for name in sys.argv[1:]:
    __import__("renderer." + name)
print(json.dumps(sorted(sys.modules)))
"""


def test_importing_the_client_brings_neither_torch_nor_gan():
    process = subprocess.run([sys.executable, "-c", PROGRAM, *LIGHT], capture_output=True, text=True, check=True)
    heavy = {"torch", "gan", "viz", "imgui_bundle", "OpenGL", "PIL"}
    assert not {module.partition(".")[0] for module in json.loads(process.stdout)} & heavy
