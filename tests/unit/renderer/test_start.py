"""The window opens before torch is there: what it imports of the renderer must be light."""

import json
import subprocess
import sys

LIGHT = ("client", "document", "protocol", "frames", "fake", "child", "worker", "slow")
PROGRAM = """
import json, sys, time
import numpy
started = time.process_time()
import renderer.client
seconds = time.process_time() - started
for name in sys.argv[1:]:
    __import__("renderer." + name)
print(json.dumps([seconds, sorted(sys.modules)]))
"""


def test_importing_the_client_is_quick_and_brings_neither_torch_nor_gan():
    runs = []
    for _ in range(3):
        process = subprocess.run([sys.executable, "-c", PROGRAM, *LIGHT], capture_output=True, text=True, check=True)
        runs.append(json.loads(process.stdout))
    assert min(seconds for seconds, _ in runs) < 0.05, "of processor time, beyond numpy, which the window needs anyway"
    heavy = {"torch", "gan", "viz", "imgui_bundle", "OpenGL", "PIL"}
    assert not {module.partition(".")[0] for module in runs[0][1]} & heavy
