"""Where the figures of a machine are kept."""

import json
import os
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def named(device: str) -> Path:
    """The file of a processor or GPU, by the name it gives itself: "AMD EPYC 9354 32-Core Processor" and the like."""
    plain = re.sub(r"\((R|TM|C)\)|@.*|\b(CPU|Processor|with .*|\d+-Core)\b", " ", device, flags=re.IGNORECASE)
    words = re.findall(r"[A-Za-z0-9.]+", plain) or ["unknown"]
    return FOLDER / f"{'-'.join(words).lower()}.json"


def write(path: Path, found: dict[str, Any]) -> None:
    """Put them there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".json.part")
    whole.write_text(json.dumps(found, indent=2) + "\n")
    os.replace(whole, path)
