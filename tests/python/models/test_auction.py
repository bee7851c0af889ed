"""Auction prices against the auction house itself."""

import random

import pytest

from tests.helpers.accounts import Account
from tests.python.models.market import ROUNDS, random_quote, random_tier
from vitrine.errors import StateError
from vitrine.models.auction import (
    AuctionPhase,
    AuctionTerms,
    elapsed_at,
    multiple_at,
    price_at,
)
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import auction_terms
from vitrine.units import WAD

HOUR = 3_600
STANDARD = AuctionTerms(1, 100, 12_000, 500, 1_500, 5_000, HOUR, 6 * HOUR, 5 * HOUR)


def random_terms(rng):
    tier = random_tier(rng)
    units = rng.choice([100, 300, rng.randint(100, 300)])
    return auction_terms(tier, units, rng.choice([100, units, 300]), rng.randint(1, 2**39))


def edges(terms, rng):
    p, b, d = terms.premium_seconds, terms.band_seconds, terms.distressed_seconds
    around = [0, p, p + b, p + b + d]
    return [max(0, t + s) for t in around for s in (-1, 0, 1)] + [rng.randint(0, 2 * (p + b + d))]


def test_multiple__every_phase_and_boundary__equals_the_chain(eight):
    rng = random.Random(21)
    auction = eight.core.auction
    phases = set()
    for _ in range(150 * ROUNDS):
        terms = random_terms(rng)
        for elapsed in edges(terms, rng):
            expected = multiple_at(terms, elapsed)
            phases.add(expected[1])
            assert tuple(auction.multipleAt(tuple(terms), elapsed)) == expected
    assert phases == set(AuctionPhase) - {AuctionPhase.NONE}


def test_multiple__as_time_passes__never_rises():
    rng = random.Random(22)
    for _ in range(50 * ROUNDS):
        terms = random_terms(rng)
        total = terms.band_end + terms.distressed_seconds
        times = sorted({rng.randint(0, total + 10) for _ in range(200)} | set(edges(terms, rng)))
        multiples = [multiple_at(terms, t) for t in times]
        assert multiples == sorted(multiples, key=lambda m: -m[0])
        assert [m[1] for m in multiples] == sorted(m[1] for m in multiples)


@pytest.mark.parametrize(
    ("elapsed", "multiple", "phase"),
    [
        (0, 12_000, AuctionPhase.PREMIUM),
        (HOUR - 1, None, AuctionPhase.PREMIUM),
        (HOUR, 9_500, AuctionPhase.BAND),
        (4 * HOUR, 9_000, AuctionPhase.BAND),
        (7 * HOUR, 8_500, AuctionPhase.BAND),
        (7 * HOUR + 1, None, AuctionPhase.DISTRESSED),
        (12 * HOUR - 1, None, AuctionPhase.DISTRESSED),
        (12 * HOUR, 5_000, AuctionPhase.RESERVE),
        (1_000 * HOUR, 5_000, AuctionPhase.RESERVE),
    ],
)
def test_multiple__standard_terms__band_runs_from_95_to_85(elapsed, multiple, phase):
    got, where = multiple_at(STANDARD, elapsed)
    assert where == phase
    if multiple is not None:
        assert got == multiple * WAD // 10_000


def test_price__live_auctions_through_their_life__equals_the_chain(eight):
    rng = random.Random(23)
    core = eight.core
    seller = Account("seller")
    auction = core.driver.deploy(
        "LiquidationAuction", core.authority, seller, core.oracle, core.pauser, core.asset
    )
    for round_ in range(12 * ROUNDS):
        eight.shuffle(state=OracleState.FRESH)
        index, token = rng.randrange(8), 1_000 + round_
        nft = eight.nfts[index]
        terms = random_terms(rng)
        auction.start(nft, token, tuple(terms), sender=seller)
        terms = terms._replace(started_at=core.driver.timestamp - 1)
        assert tuple(auction.termsOf(nft, token)) == tuple(terms)
        for elapsed in sorted(edges(terms, rng)):
            if terms.started_at + elapsed > core.driver.timestamp:
                core.driver.warp_to(terms.started_at + elapsed - 1)
                state = rng.choice(list(OracleState))
                quote = random_quote(rng, core.driver.timestamp, state=state)
                eight.set_quote(index, quote)
            now = core.driver.timestamp
            clock = core.pauser.status(b"lending".ljust(32, b"\0"))[0]
            if eight.places[index].quote.spot * terms.units < 100:
                with pytest.raises(StateError, match="no reference"):
                    price_at(terms, eight.places[index].quote, clock, now)
                continue
            expected = price_at(terms, eight.places[index].quote, clock, now)
            assert tuple(auction.priceOf(nft, token, sender=seller)) == tuple(expected)


def test_price__no_auction__is_refused():
    quote = Quote.flat(100, 1)
    with pytest.raises(StateError, match="no auction"):
        price_at(STANDARD._replace(started_at=0), quote, 10, 10)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_stale__before_band_end__stands_at_the_band_end(step):
    quote = Quote.flat(100, 1_000, state=OracleState.STALE)
    stale_at = 1_000 + 24 * HOUR
    started = stale_at - HOUR  # one hour in when the price went stale
    now = started + 7 * HOUR + step
    terms = STANDARD._replace(started_at=started)
    assert elapsed_at(terms, quote, now, now) == min(7 * HOUR, 7 * HOUR + step)
    assert multiple_at(terms, elapsed_at(terms, quote, now + 10**6, now + 10**6))[0] == 85 * WAD // 100


def test_stale__after_band_end__stands_where_it_stood():
    quote = Quote.flat(100, 1_000, state=OracleState.STALE)
    stale_at = 1_000 + 24 * HOUR
    terms = STANDARD._replace(started_at=stale_at - 9 * HOUR)
    stood = multiple_at(terms, 9 * HOUR)
    for later in (0, 1, HOUR, 10**6):
        now = stale_at + later
        assert multiple_at(terms, elapsed_at(terms, quote, now, now)) == stood


def test_discount__band_sale__stays_inside_the_band():
    rng = random.Random(24)
    for _ in range(500 * ROUNDS):
        terms = random_terms(rng)
        spot = rng.randint(10**4, 10**24)
        quote = Quote.flat(spot, 1)
        at = terms.started_at + rng.randint(terms.premium_seconds, terms.band_end)
        price = price_at(terms, quote, at, at)
        assert price.phase == AuctionPhase.BAND
        slack = 1 + 10_000 // price.worth  # of the value, which is rounded down
        assert terms.discount_min_bps - slack <= price.discount_bps <= terms.discount_max_bps
