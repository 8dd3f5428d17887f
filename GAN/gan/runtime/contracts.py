"""What both languages share: contracts/*.ts define it, `npm run schema` writes it as JSON, and this module reads it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[3] / "contracts" / "generated"


@cache
def contract(name: str) -> dict[str, Any]:
    """A generated file of the contracts by its name, e.g. `failures`. The caller must not change it."""
    content: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return content
