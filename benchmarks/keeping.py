"""Where the figures of a machine are kept."""

import json
import re
from pathlib import Path
from typing import Any

from foundation.files import write_text

FOLDER = Path(__file__).parent / "results"


def named(device: str) -> Path:
    """The file of a processor or GPU, by the name it gives itself: "AMD EPYC 9354 32-Core Processor" and the like."""
    plain = re.sub(r"\((R|TM|C)\)|@.*|\b(CPU|Processor|with .*|\d+-Core)\b", " ", device, flags=re.IGNORECASE)
    words = re.findall(r"[A-Za-z0-9.]+", plain) or ["unknown"]
    return FOLDER / f"{'-'.join(words).lower()}.json"


def write(path: Path, found: dict[str, Any]) -> None:
    """Write the results as a whole file."""
    write_text(path, json.dumps(found, indent=2) + "\n")
