"""JSON schemas of what `--json` prints."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def names() -> list[str]:
    """All schemas, by the stem of their file."""
    return sorted(
        item.name.removesuffix(".json") for item in files(__name__).iterdir() if item.name.endswith(".json")
    )


def load(name: str) -> dict[str, Any]:
    """One schema."""
    found: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return found
