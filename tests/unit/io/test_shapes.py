"""Building networks without memory."""

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
