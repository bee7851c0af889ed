"""Bit-exact twin of `FloorOracle` and `AggregatorFeed`: medians, conversion, bid/mid/ask, states.

The twin of `SignedFloorFeed` is in `vitrine.models.floor_feed`, the wire format of its reports in
`vitrine.models.reports`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from vitrine.models.floor_feed import FLAG_CLAMPED, FLAG_IN_USD, FLAG_LATE, Reading
from vitrine.models.quotes import OracleState, Quote
from vitrine.units import BPS, DAY, FLOOR_PIECE, HOUR, WAD, bps_down, div_up, median_down

MAX_SOURCES: Final = 4
DEGRADED_AFTER: Final = 6 * HOUR
STALE_AFTER: Final = DAY
MIN_CONFIDENCE_BPS: Final = 5_000
MID_CAP_BPS: Final = 10_500
ABSENT_DEPTH_BPS: Final = 8_000
PRICE_BITS: Final = 96
MAX_ANSWER_WAD: Final = 10**28


class AnswerState(IntEnum):
    Dead = 0
    Halted = 1
    Late = 2
    Live = 3


UNPRICED: Final = Quote.flat(0, 0, state=OracleState.STALE, confidence_bps=0)
"""What the oracle says of a listed collection that has no price."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The three prices and the signals behind them, wei per one NFT."""

    bid: int
    mid: int
    ask: int
    spot: int
    avg: int
    sale: int


# ---------------------------------------------------------------- aggregators


@dataclass(frozen=True, slots=True)
class AggregatorTerms:
    """An aggregator and what to expect of it."""

    decimals: int
    heartbeat: int
    min_wad: int
    max_wad: int
    sequencer: bool = False
    grace: int = 0


@dataclass(frozen=True, slots=True)
class AggregatorAnswer:
    """The words of `latestRoundData`; `ok` is false when the call failed or returned less."""

    answer: int
    updated_at: int
    started_at: int = 0
    round_id: int = 1
    answered_in_round: int = 1
    ok: bool = True


def read_wad(
    terms: AggregatorTerms, got: AggregatorAnswer, now: int, sequencer: AggregatorAnswer | None = None
) -> tuple[int, int, AnswerState]:
    """(answer as a wad rounded down, its time, whether to believe it): `AggregatorReader.readWad`."""
    dead = (0, 0, AnswerState.Dead)
    if not got.ok or not 0 < got.answer < 2**128:
        return dead
    if not 0 < got.updated_at <= now or got.answered_in_round < got.round_id:
        return dead
    shift = 18 - terms.decimals
    wad = got.answer * 10**shift if shift >= 0 else int(got.answer // 10**-shift)
    if not terms.min_wad <= wad <= terms.max_wad:
        return dead
    state = AnswerState.Late if now - got.updated_at > terms.heartbeat else AnswerState.Live
    if terms.sequencer and not (sequencer is not None and _sequencer_up(sequencer, terms.grace, now)):
        state = AnswerState.Halted
    return wad, got.updated_at, state


def _sequencer_up(got: AggregatorAnswer, grace: int, now: int) -> bool:
    return got.ok and got.answer == 0 and 0 < got.started_at <= now and now - got.started_at > grace


def aggregator_reading(
    read: tuple[int, int, AnswerState], *, in_usd: bool = False, confidence_bps: int = BPS
) -> Reading:
    """`AggregatorFeed.read` out of what `read_wad` found."""
    wad, updated_at, state = read
    if state is AnswerState.Dead:
        return Reading()
    flags = (FLAG_IN_USD if in_usd else 0) | (0 if state is AnswerState.Live else FLAG_LATE)
    return Reading(
        spot=wad, as_of=updated_at, posted_at=updated_at, confidence_bps=confidence_bps, flags=flags
    )


# ---------------------------------------------------------------- ETH/USD


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars per ETH, wad; 0: none."""

    wad: int = 0
    updated_at: int = 0
    degraded: bool = False
    halted: bool = False

    @classmethod
    def of(cls, primary: tuple[int, int, AnswerState] | None, backup: Reading | None = None) -> Rate:
        """The primary; the backup when the primary is dead or late, or when None stands for the primary."""
        found = cls()
        if primary is not None:
            wad, updated_at, state = primary
            if state is AnswerState.Live:
                return cls(wad, updated_at)
            found = cls(wad, updated_at, degraded=True, halted=state is AnswerState.Halted)
            if found.halted:
                return found
        if backup is None or not 0 < backup.spot <= MAX_ANSWER_WAD:
            return found
        late = bool(backup.flags & FLAG_LATE)
        if late and found.wad:
            return found
        return replace(found, wad=backup.spot, updated_at=backup.posted_at, degraded=found.degraded or late)


# ---------------------------------------------------------------- the quote


def _judged(reading: Reading, rate_wad: int, now: int) -> Reading:
    """A reading in ETH; all zero when the oracle takes it for dead."""
    values = (reading.spot, reading.avg, reading.sale, reading.depth)
    if max(values) >> PRICE_BITS or not 0 < reading.as_of <= now or reading.posted_at > now:
        return Reading()
    if reading.confidence_bps > BPS or reading.spot == 0:
        return Reading()
    if not reading.flags & FLAG_IN_USD:
        return reading
    if rate_wad == 0:
        return Reading()
    spot, avg, sale, depth = (value * WAD // rate_wad for value in values)
    if spot == 0 or max(spot, avg, sale, depth) >> PRICE_BITS:
        return Reading()
    return replace(reading, spot=spot, avg=avg, sale=sale, depth=depth)


def is_live(reading: Reading, now: int) -> bool:
    """Whether a (judged) reading counts as a live source."""
    return bool(reading.spot) and not reading.flags & FLAG_LATE and now - reading.as_of <= STALE_AFTER


def combine(readings: Sequence[Reading], now: int) -> tuple[Reading, int]:
    """(per signal the median over live sources, how many live); the last known prices when none is live."""
    live = [r for r in readings if is_live(r, now)]
    used = live or [r for r in readings if r.spot]
    if len(readings) == 1:
        return readings[0], len(live)
    if not used:
        return Reading(), 0

    def median(values: list[int]) -> int:
        given = [value for value in values if value]
        return median_down(given) if given else 0

    flags = 0
    for reading in used:
        flags |= reading.flags
    merged = Reading(
        spot=median([r.spot for r in used]),
        avg=median([r.avg for r in used]),
        sale=median([r.sale for r in used]),
        depth=median([r.depth for r in used]),
        as_of=min(r.as_of for r in used),
        posted_at=max(r.posted_at for r in used),
        confidence_bps=median_down([r.confidence_bps for r in used]),
        flags=flags,
    )
    return merged, len(live)


def floor_prices(spot: int, avg: int = 0, sale: int = 0, depth: int = 0) -> Prices:
    """Bid, mid and ask out of the signals; 0 stands for an absent one."""
    avg = avg or spot
    signals = sorted([spot, avg, sale] if sale else [spot, avg])
    low, high = signals[0], signals[-1]
    mid = min(median_down(signals), bps_down(spot, MID_CAP_BPS))
    bid = min(low, depth) if depth else bps_down(low, ABSENT_DEPTH_BPS)
    return Prices(bid=bid, mid=mid, ask=high, spot=spot, avg=avg, sale=sale)


def to_assets_down(wei: int, rate_wad: int, decimals: int) -> int:
    """Wei of ETH to asset units at dollars per ETH, rounded down."""
    return int(wei * rate_wad // 10 ** (36 - decimals))


def to_assets_up(wei: int, rate_wad: int, decimals: int) -> int:
    """Wei of ETH to asset units at dollars per ETH, rounded up."""
    return div_up(wei * rate_wad, 10 ** (36 - decimals))


def quote(readings: Sequence[Reading], rate: Rate, now: int, decimals: int) -> Quote:
    """`FloorOracle.quote` out of what the sources of a collection and ETH/USD say at `now`."""
    merged, live = combine([_judged(r, rate.wad, now) for r in readings], now)
    if merged.spot == 0 or rate.wad == 0:
        return UNPRICED
    prices = floor_prices(merged.spot, merged.avg, merged.sale, merged.depth)
    as_of = min(merged.as_of, rate.updated_at) if rate.degraded else merged.as_of
    age = now - as_of
    state = OracleState.FRESH
    if live == 0 or rate.halted or age > STALE_AFTER:
        state = OracleState.STALE
    elif (
        live != len(readings)
        or rate.degraded
        or merged.flags & FLAG_CLAMPED
        or age > DEGRADED_AFTER
        or merged.confidence_bps < MIN_CONFIDENCE_BPS
    ):
        state = OracleState.DEGRADED
    down = [
        to_assets_down(wei, rate.wad, decimals)
        for wei in (prices.bid, prices.mid, prices.spot, prices.avg, prices.sale)
    ]
    return Quote(
        bid=down[0],
        mid=down[1],
        ask=to_assets_up(prices.ask, rate.wad, decimals),
        spot=down[2],
        avg=down[3],
        sale=down[4],
        as_of=as_of,
        posted_at=max(merged.posted_at, rate.updated_at),
        confidence_bps=merged.confidence_bps,
        state=state,
    )


def lowered_to_pool(told: Quote, average: int) -> Quote:
    """`told` after the average of a shared pool (0: none): the bid falls to it, nothing else changes."""
    return told._replace(bid=average) if 0 < average < told.bid else told


def priced_quote(words: Sequence[int], now: int) -> Quote:
    """The quote of a token that prices itself, out of the words of `IPriceSource.price`."""
    bid, mid, ask, as_of, posted_at, confidence_bps, state = words
    ordered = mid > 0 and bid <= mid <= ask < 2**128
    if not ordered or max(as_of, posted_at) > now or confidence_bps > BPS or state > OracleState.STALE:
        return UNPRICED
    age, worst = now - as_of, OracleState(state)
    if age > STALE_AFTER:
        worst = OracleState.STALE
    elif worst is OracleState.FRESH and (age > DEGRADED_AFTER or confidence_bps < MIN_CONFIDENCE_BPS):
        worst = OracleState.DEGRADED
    return Quote(bid, mid, ask, mid, mid, 0, as_of, posted_at, confidence_bps, worst)


def value_down(price: int, units: int) -> int:
    """Value of a token of `units` at a price of one piece, rounded down."""
    return price * units // FLOOR_PIECE
