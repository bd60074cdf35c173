"""Result files, one per machine."""

import json
import os
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def named(device: str) -> Path:
    """Return the result file of a processor or GPU by model name, such as "AMD EPYC 9354 32-Core Processor"."""
    plain = re.sub(r"\((R|TM|C)\)|@.*|\b(CPU|Processor|with .*|\d+-Core)\b", " ", device, flags=re.IGNORECASE)
    words = re.findall(r"[A-Za-z0-9.]+", plain) or ["unknown"]
    return FOLDER / f"{'-'.join(words).lower()}.json"


def write(path: Path, found: dict[str, Any]) -> None:
    """Write results atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".json.part")
    whole.write_text(json.dumps(found, indent=2) + "\n")
    os.replace(whole, path)
