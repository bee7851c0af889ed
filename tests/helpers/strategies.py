"""Hypothesis strategies shared by property and stateful tests."""

from hypothesis import strategies as st

WAD = 10**18
DAY = 86_400


def amounts(low: int, high: int) -> st.SearchStrategy[int]:
    """Integers of [low, high] with the edges and all orders of magnitude likely; shrinks to `low`."""
    if high < low:
        raise ValueError(f"no amount between {low} and {high}")
    edges = [v for v in {low, low + 1, high - 1, high} if low <= v <= high]
    scales = [10**e for e in range(len(str(low)) - 1, len(str(high))) if low <= 10**e <= high]
    spread = (
        st.sampled_from(scales).flatmap(lambda s: st.integers(max(low, s), min(high, 10 * s)))
        if scales
        else None
    )
    parts = [st.sampled_from(sorted(edges)), st.integers(low, high)]
    return st.one_of(*parts, spread) if spread is not None else st.one_of(*parts)


def fractions(low_bps: int = 1, high_bps: int = 10_000) -> st.SearchStrategy[int]:
    """Basis points, the ends likely."""
    return amounts(low_bps, high_bps)


def part_of(maximum: int) -> st.SearchStrategy[int]:
    """1 … maximum (at least 1), for amounts bounded by what a view allows."""
    return amounts(1, max(1, maximum))


def spans() -> st.SearchStrategy[int]:
    """Seconds to wait: seconds, a phase boundary, hours, days."""
    edges = [1, 59, 60, 3_599, 3_600, 3_601, 6 * 3_600, 7 * 3_600, 12 * 3_600, DAY, 3 * DAY]
    return st.one_of(st.sampled_from(edges), st.integers(1, 2 * DAY))


def price_moves(down_bps: int = 4_000, up_bps: int = 4_000) -> st.SearchStrategy[int]:
    """New price as basis points of the old."""
    low, high = 10_000 - down_bps, 10_000 + up_bps
    return st.one_of(st.sampled_from([low, 8_500, 9_999, 10_000, 10_001, high]), st.integers(low, high))


def subsets(items: list[int], minimum: int = 1) -> st.SearchStrategy[list[int]]:
    """Distinct elements in any order."""
    return st.lists(st.sampled_from(items), min_size=minimum, max_size=len(items), unique=True)
