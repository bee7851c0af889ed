"""A made collection: ten thousand portraits with traits, and what each would fetch against the floor.

The proportions follow what large portrait collections look like (a few per mille of the rarest kinds, most
pieces with two to four ordinary accessories); nothing here is a real token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vitrine.demo.bridge import stream

# column -> value -> (share of pieces, effect on the price as a factor)
_TABLE: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "kind": {
        "Person": (0.9875, 1.0),
        "Undead": (0.0088, 2.6),
        "Primate": (0.0026, 3.6),
        "Visitor": (0.0011, 4.5),
    },
    "tone": {"Dark": (0.28, 1.0), "Medium": (0.30, 1.0), "Light": (0.30, 1.0), "Albino": (0.12, 1.03)},
    "head": {
        "Plain": (0.42, 1.0),
        "Cap": (0.14, 1.0),
        "Bandana": (0.12, 1.01),
        "Wild": (0.10, 1.02),
        "Mohawk": (0.09, 1.02),
        "Knitted": (0.05, 1.05),
        "Top Hat": (0.03, 1.12),
        "Hood": (0.026, 1.42),
        "Pilot": (0.014, 1.45),
        "Tiara": (0.01, 1.7),
    },
    "eyes": {
        "Plain": (0.48, 1.0),
        "Shadow": (0.18, 1.0),
        "Shades": (0.15, 1.02),
        "Round": (0.10, 1.03),
        "Patch": (0.05, 1.04),
        "3D": (0.028, 1.25),
        "Headset": (0.012, 1.35),
    },
    "mouth": {
        "Plain": (0.50, 1.0),
        "Lipstick": (0.20, 1.0),
        "Smile": (0.12, 1.0),
        "Pipe": (0.10, 1.02),
        "Beard": (0.055, 1.03),
        "Buck": (0.015, 1.28),
        "Mask": (0.01, 1.2),
    },
    "extra": {
        "None": (0.62, 1.0),
        "Earring": (0.25, 1.0),
        "Mole": (0.08, 1.0),
        "Chain": (0.03, 1.06),
        "Choker": (0.02, 1.22),
    },
}


@dataclass(frozen=True, slots=True)
class Portraits:
    """Trait table and true multipliers (1.0 = a floor piece) of one collection."""

    table: pd.DataFrame
    multipliers: np.ndarray[tuple[int], np.dtype[np.float64]]

    @property
    def size(self) -> int:
        return len(self.multipliers)


def make_portraits(seed: int, collection: str, size: int) -> Portraits:
    """Traits by their shares; multiplier = product of effects, with a little taste that no table explains."""
    rng = stream(seed, "traits", collection)
    columns: dict[str, object] = {"token_id": np.arange(size, dtype=np.int64)}
    logs = np.zeros(size)
    for column, values in _TABLE.items():
        names = list(values)
        shares = np.array([values[name][0] for name in names])
        picked = rng.choice(len(names), size=size, p=shares / shares.sum())
        columns[column] = np.array(names, dtype=object)[picked]
        logs += np.log([values[name][1] for name in names])[picked]
    taste = np.abs(rng.normal(0.0, 0.012, size))
    return Portraits(pd.DataFrame(columns), np.exp(logs + taste))
