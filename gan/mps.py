"""Apple's GPUs: operators that PyTorch's MPS backend lacks run on the CPU, which is said once.

PyTorch reads its switch when it is loaded, so `gan` sets it before. Importing this module does not import torch.
"""

import os
import re
import sys
import warnings
from typing import TextIO

VARIABLE = "PYTORCH_ENABLE_MPS_FALLBACK"
"""Environment variable of PyTorch: 1 runs an operator that MPS lacks on the CPU, 0 makes it an error."""
_TOLD = re.compile(r"operator '(?:aten::)?([\w.]+)' is not currently supported on the MPS backend")
_lacking: list[str] = []
_hearing = False


def allow_fallback() -> None:
    """Run single operators on the CPU on macOS, unless the user's environment says otherwise."""
    if sys.platform == "darwin":
        os.environ.setdefault(VARIABLE, "1")


def hear() -> None:
    """Collect PyTorch's warnings of such operators for `notices` from now on, instead of printing them."""
    global _hearing
    if _hearing:
        return
    _hearing, shown = True, warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        found = _TOLD.search(str(message))
        if found is None:
            shown(message, category, filename, lineno, file, line)
        elif found[1] not in _lacking:
            _lacking.append(found[1])

    warnings.showwarning = show


def notices() -> tuple[str, ...]:
    """A sentence that names the operators which have run on the CPU; empty if there were none."""
    if not _lacking:
        return ()
    return (f"Some steps run on the CPU, as PyTorch has none for this GPU ({', '.join(_lacking)}).",)
