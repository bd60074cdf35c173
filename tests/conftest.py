"""What all tests share."""

import os

# Pictures of one process are compared with those of another, byte by byte, from the first one on; and compiling takes
# seconds. Kernels have tests of their own, which make them ready explicitly.
os.environ.setdefault("STYLESCOPE_KERNELS", "off")
