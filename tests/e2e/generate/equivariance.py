"""EQ-T of a network as `gan.analysis.equivariance` measures it, on images of 8 bits as the window shows them.

`python -m tests.e2e.generate.equivariance NETWORK COLUMNS ROWS SEED...` prints decibels. Runs in a process of its own:
the window's tests do not import torch.
"""

import sys

import torch

import gan
from gan.analysis.equivariance import equivariance_db, translation_error
from gan.display import to_rgba8
from gan.latents import seed_z


def main() -> None:
    path, columns, rows, *seeds = sys.argv[1:]
    network = gan.load(path, only=("G_ema",)).G_ema
    assert network is not None
    error = count = 0.0
    with torch.inference_mode():
        for seed in map(int, seeds):
            ws = network.mapping(torch.from_numpy(seed_z(seed, network.z_dim))[None].float())

            def render(matrix, ws=ws):
                picture = network.synthesis(ws, input_transform=torch.as_tensor(matrix, dtype=torch.float32))[0]
                shown = torch.as_tensor(to_rgba8(picture)[..., :3]).float()
                return ((shown - 128) / 127.5).permute(2, 0, 1)[None]

            side = network.img_resolution
            one = translation_error(render, render(torch.eye(3)), int(columns) / side, int(rows) / side, True)
            error, count = error + float(one[0]), count + float(one[1])
    print(equivariance_db(error, count))


if __name__ == "__main__":
    main()
