"""Building networks without memory."""

import subprocess
import sys

import torch

from gan.io.shapes import ShapesAlone


def test_random_tensors_have_shapes_and_no_memory():
    with torch.device("meta"), ShapesAlone():
        drawn = (torch.randn(2, 3), torch.randn([4]), torch.rand(5, dtype=torch.float64), torch.ones(1))
    assert [(tuple(x.shape), x.dtype, x.device.type) for x in drawn] == [
        ((2, 3), torch.float32, "meta"),
        ((4,), torch.float32, "meta"),
        ((5,), torch.float64, "meta"),
        ((1,), torch.float32, "meta"),
    ]


def test_reading_a_network_imports_none_of_pytorchs_compiler():
    code = (
        "import sys, gan; from foundation.bundled import DEMO; import torch.overrides; before = set(sys.modules);"
        "gan.load(str(DEMO)); new = set(sys.modules) - before;"
        "print(sorted(x for x in new if x.startswith(('torch._inductor', 'torch._dynamo', 'sympy'))))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
