"""Accelerated inference for the networks of `gan.networks`, which do not depend on it.

* `cpu`: plans, which rearrange a network's weights for compiled CPU kernels. `cpu.warm_up` makes one; from then on
  every `G.synthesis(ws)` and `G(z, c)` without gradients uses it, through the runner that `cpu` registers.
* `low_res`: networks of the same weights that render at a lower resolution, for previews.
* `graphs`: recorded CUDA graphs of calls, for rendering one image after another.

To add a network, write it in `gan.networks`: a subclass of `StyleSynthesis` with `steps` runs everywhere, as a
reference. To run it faster, extend this package only: a plan with an entry in `cpu.families`, low resolutions with an
entry in `low_res`, or another runner (`gan.networks.synthesis.register_runner`). Networks need no changes for that.
"""
