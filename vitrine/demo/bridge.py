"""Seeded paths between daily closes: pinned to every close, with bounded noise in between."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np

from vitrine.units import BPS


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """An own stream of random numbers per purpose: a new draw in one place moves nothing elsewhere."""
    key = zlib.crc32("/".join(str(name) for name in names).encode())
    return np.random.default_rng(np.random.SeedSequence([seed, key]))


def bridge(
    closes: Sequence[int], steps: int, noise_bps: int, rng: np.random.Generator, *, start: int, grain: int = 1
) -> list[int]:
    """Values at every step: `start`, then `steps` per close, the last of which is that close exactly.

    In between the path runs along the straight line in logarithms, plus a random walk that is bent back to
    zero at the close and never leaves ± `noise_bps`. Values in between are rounded to multiples of `grain`.
    """
    path = [start]
    last = start
    for close in closes:
        walk = np.concatenate([[0.0], np.cumsum(rng.normal(0.0, 1.0, steps))])
        weight = np.arange(steps + 1) / steps
        bent = walk - weight * walk[-1]
        scale = rng.uniform(0.35, 1.0) * noise_bps / BPS / max(float(np.max(np.abs(bent))), 1e-9)
        for step in range(1, steps):
            line = math.log(last) * (1 - weight[step]) + math.log(close) * weight[step]
            value = math.exp(line + scale * float(bent[step]))
            path.append(max(round(value / grain) * grain, grain))
        path.append(close)
        last = close
    return path


def split_exactly(total: int, weights: Sequence[float]) -> list[int]:
    """Splits an integer in proportion to weights; the parts sum to it exactly."""
    size = len(weights)
    if size == 0:
        return []
    mass = float(sum(weights))
    shares = [w / mass for w in weights] if mass > 0 else [1.0 / size] * size
    parts = [int(total * share) for share in shares]
    order = sorted(range(size), key=lambda i: (parts[i] - total * shares[i], i))
    missing = total - sum(parts)
    step = 1 if missing > 0 else -1
    for k in range(abs(missing)):
        parts[order[k % size]] += step
    return parts
