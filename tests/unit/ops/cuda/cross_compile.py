"""Compile the kernels for GPUs that are not here; prints JSON: registers, stack and shared memory of each.

Run in a process of its own, where nothing is interpreted. The compiler comes with Triton and needs no device.
"""

import json
import sys
from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from gan.ops.cuda.bias_act_kernel import bias_act_kernel
from gan.ops.cuda.filtered_lrelu_kernel import filtered_lrelu_kernel, plan_tile
from gan.ops.cuda.launching import power_of_two
from gan.ops.cuda.upfirdn2d_kernel import upfirdn2d_kernel

LAYERS = ((2, 12, (1, 1)), (4, 24, (1, 1)), (2, 12, (1, 2)), (2, 12, (2, 1)), (2, 12, (4, 1)))
"""Upsampling, its taps, and the ranks of the two filters."""
RESEMBLING = ((4, (1, 1)), (2, (2, 1)))
"""Layers with tiles of the same sizes as others; compiled with `all` only, since each takes a second or two."""
FLOATS = ("alpha", "gain", "clamp", "slope", "mid_gain", "out_gain")


def compiled(kernel: Any, capability: int, dtype: str, constants: dict[str, Any]) -> int:
    """Bytes of shared memory of a kernel for values of `dtype`."""
    names = kernel.arg_names
    filters = {"f_ptr", "fu_ptr", "fd_ptr", "fm_ptr"}
    signature = {
        name: "constexpr"
        if name in constants
        else "*fp32"
        if name in filters
        else f"*{dtype}"
        if name.endswith("_ptr")
        else "fp32"
        if name in FLOATS
        else "i32"
        for name in names
    }
    aligned = {(i,): [["tt.divisibility", 16]] for i, name in enumerate(names) if name.endswith("_ptr")}
    source = ASTSource(kernel, signature, {(names.index(key),): value for key, value in constants.items()}, aligned)
    built = triton.compile(source, target=GPUTarget("cuda", capability, 32), options={"num_warps": 4, "num_stages": 2})
    return int(built.metadata.shared)


def layer(up: int, taps: int, ranks: tuple[int, int], mid: int, tangent: bool, precision: str) -> dict[str, Any]:
    """The constants of filtered_lrelu_kernel for a layer that upsamples by `up` and downsamples by 2."""
    return {
        "UP": up,
        "UP_TAPS": taps,
        "UP_RANK": ranks[0],
        "UR": power_of_two(ranks[0]),
        "DOWN": 2,
        "DOWN_TAPS": 12,
        "DOWN_RANK": ranks[1],
        "DR": power_of_two(ranks[1]),
        "MASK_UP": up,
        "MASK_TAPS": taps,
        "MASK_RANK": 1,
        "MR": 1,
        **plan_tile(up, taps, 2, 12, up, taps, mid),
        "PLANES": 16,
        "TANGENT": tangent,
        "HAS_BIAS": True,
        "PRECISION": precision,
    }


def main() -> None:
    """All operators for the compute capability given; with `all` each for every kind of layer."""
    capability, every = int(sys.argv[1]), "all" in sys.argv[2:]
    fir = {"UX": 2, "UY": 2, "DX": 1, "DY": 1, "TX": 4, "TY": 4, "FLIP": False, "HAS_FILTER": True}
    found: dict[str, Any] = {"small": {}, "tiles": []}
    for dtype in ("fp16", "fp32"):
        for act in (2, 8):
            for order in (0, 1, 2):
                constants = {"ACT": act, "ORDER": order, "HAS_BIAS": True, "BLOCK": 1024}
                name = f"bias_act {act} {order} {dtype}"
                found["small"][name] = compiled(bias_act_kernel, capability, dtype, constants)
        for by, bx, bc in ((16, 64, 1), (2, 8, 64)):
            constants = {**fir, "BY": by, "BX": bx, "BC": bc}
            found["small"][f"upfirdn2d {bc} {dtype}"] = compiled(upfirdn2d_kernel, capability, dtype, constants)
        precision = "tf32" if dtype == "fp16" else "tf32x3"
        for tile in (32, 64):
            for tangent in (False, True):
                for up, taps, ranks in LAYERS if tangent else LAYERS[:3]:
                    if not every and (up, ranks) in RESEMBLING:
                        continue
                    constants = layer(up, taps, ranks, tile, tangent, precision)
                    size = compiled(filtered_lrelu_kernel, capability, dtype, constants)
                    found["tiles"].append((max(ranks), tangent, dtype == "fp16", tile, size))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
