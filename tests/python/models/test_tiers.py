"""Health, and what it allows, against the book itself."""

import random

import pytest

from tests.helpers.core import GOVERNOR
from tests.helpers.evm import Revert, reverts
from tests.python.models.market import ROUNDS, random_tier
from vitrine.errors import ConfigError
from vitrine.models.quotes import OracleState
from vitrine.models.tiers import (
    Health,
    Refusal,
    Tier,
    auction_terms,
    borrow_refusal,
    is_critical,
    liquidation_refusal,
    measure,
    require_safe,
    tier_complaint,
)


def refusal_of(call):
    """The error a check of the book ends in, or None."""
    try:
        call()
    except Revert as error:
        return Refusal(error.name)
    return None


def test_measure__random_books__equals_the_chain(eight):
    for _ in range(40 * ROUNDS):
        eight.shuffle()
        for _ in range(40):
            units = eight.units()
            chain = eight.core.book.measure(units)
            assert tuple(chain) == tuple(measure(units, eight.places))


def test_measure__nothing__is_zero_and_fresh(eight):
    assert measure(0, eight.places) == Health()
    assert tuple(eight.core.book.measure(0)) == tuple(Health())


def test_measure__place_not_listed__is_refused(eight):
    with pytest.raises(ConfigError, match="not listed"):
        measure(100, [None] * 8)


def test_liquidation_refusal__around_every_line__equals_the_chain(eight):
    rng = random.Random(11)
    eight.core.driver.warp(10_000_000)
    seen = set()
    for _ in range(30 * ROUNDS):
        eight.shuffle(state=rng.choice([None, OracleState.FRESH, OracleState.DEGRADED]))
        for _ in range(30):
            units = eight.units()
            health = measure(units, eight.places)
            near = rng.choice([0, health.limit, (health.limit + health.deep) // 2, health.value])
            debt = max(0, near + rng.randint(-2, 2))
            now = eight.core.driver.timestamp
            age = rng.choice([0, health.grace_seconds - 1, health.grace_seconds, health.grace_seconds + 1])
            resumed = rng.choice([0, now - health.grace_seconds + rng.randint(-1, 1)])
            args = (max(age, 0), resumed)
            expected = liquidation_refusal(health, debt, *args, now)
            seen.add(expected)
            assert expected == refusal_of(
                lambda: eight.core.book.requireLiquidatable(units, debt, *args)  # noqa: B023
            )
    assert seen >= {None, Refusal.PRICE_STALE, Refusal.NOT_LIQUIDATABLE, Refusal.NO_RIPE_NOTICE}
    assert Refusal.GRACE_AFTER_PAUSE in seen


def test_liquidation_refusal__round_of_this_block__refused_on_both_sides(eight):
    eight.shuffle(state=OracleState.FRESH)
    now = eight.core.driver.timestamp
    quote = eight.places[0].quote._replace(posted_at=now + 1, mid=10**9, spot=10**9)
    eight.set_quote(0, quote)
    assert eight.core.driver.timestamp == now + 1
    health = measure(100, eight.places)
    with reverts("RoundInThisBlock", postedAt=now + 1):
        eight.core.book.requireLiquidatable(100, 10**9, 10**6, 0)
    assert liquidation_refusal(health, 10**9, 10**6, 0, now + 1) == Refusal.ROUND_IN_THIS_BLOCK
    assert liquidation_refusal(health, 10**9, 10**6, 0, now + 2) is None


def test_is_critical__line_and_one_unit_around__strictly_above():
    health = Health(value=100, limit=75, deep=85)
    assert [is_critical(health, debt) for debt in (79, 80, 81)] == [False, False, True]
    odd = Health(value=100, limit=75, deep=86)
    assert [is_critical(odd, debt) for debt in (80, 81)] == [False, True]


def test_borrow_refusal__random_loans__equals_the_chain(eight):
    rng = random.Random(12)
    seen = set()
    for _ in range(30 * ROUNDS):
        eight.shuffle(state=rng.choice([OracleState.FRESH, OracleState.FRESH, None]))
        for _ in range(30):
            units = eight.units()
            limit = measure(units, eight.places).borrow_limit
            debt = max(0, limit + rng.randint(-1, 1))
            behind = 0
            for place in range(8):
                cap = eight.places[place].tier.credit_cap_units
                used = rng.choice([0, cap, min(cap + 1, 2**24 - 1)])
                behind |= (used << 8 | rng.randint(0, 31)) << 32 * place
            behind = rng.choice([0, behind, 1 << 8])
            expected = borrow_refusal(units, debt, eight.places, behind)
            seen.add(expected)
            assert expected == refusal_of(
                lambda: eight.core.book.requireBorrowable(units, debt, behind)  # noqa: B023
            )
    assert seen == {
        None,
        Refusal.COLLECTION_CLOSED,
        Refusal.CREDIT_CAP_EXCEEDED,
        Refusal.PRICE_NOT_FRESH,
        Refusal.DEBT_ABOVE_LIMIT,
    }


def test_auction_terms__random_appraisals__equal_the_chain(eight):
    rng = random.Random(13)
    eight.shuffle()
    for _ in range(200 * ROUNDS):
        index, token = rng.randrange(8), rng.randint(1, 10**6)
        appraised, units = rng.choice([100, 250, 300, rng.randint(1, 300)]), rng.choice([100, 300, 137])
        eight.core.oracle.setUnits(eight.nfts[index], token, appraised, 0, sender=GOVERNOR)
        terms = eight.core.book.auctionTerms(index, token, units)
        assert tuple(terms) == tuple(auction_terms(eight.places[index].tier, units, appraised))


def test_tier_complaint__random_terms__refused_exactly_when_the_chain_refuses(eight):
    rng = random.Random(14)
    accepted = 0
    for _ in range(600 * ROUNDS):
        tier = random_tier(rng)
        name = rng.choice([n for n in Tier._fields if n not in ("open", "credit_cap_units")])
        value = getattr(tier, name) + rng.choice([-1_000, -1, 1, 500, 1_000, 100_000])
        wide = 2**24 - 1 if name.endswith("seconds") else 255 if name == "max_live" else 65_535
        tier = tier._replace(**{name: min(max(value, 0), wide)})
        try:
            eight.core.book.setTier(eight.nfts[0], tuple(tier), sender=GOVERNOR)
        except Revert as error:
            refused = error.name
        else:
            refused = None
            accepted += 1
        assert refused in (None, "OutOfBounds", "TierUnsafe")
        assert (tier_complaint(tier) is None) == (refused is None), tier
    assert accepted > 50


def test_require_safe__lt_85_with_discount_5__fits_and_one_point_more_does_not():
    tier = random_tier(random.Random(1))._replace(
        lt_bps=8_500, discount_min_bps=500, discount_max_bps=500, gap_bps=500, reserve_bps=5_000
    )
    assert require_safe(tier) is tier
    with pytest.raises(ConfigError, match=r"1\.05 × LT"):
        require_safe(tier._replace(lt_bps=8_600))


def test_legal_tiers__liquidation_at_lt_and_deepest_discount__leaves_no_loss():
    """Sold at (1 − discountMax) of a spot that fell by the gap, tips paid, from a mid 5 % above spot."""
    rng = random.Random(15)
    for _ in range(3_000 * ROUNDS):
        tier = random_tier(rng)
        spot = 10**12
        debt = spot * 10_500 * tier.lt_bps // 10_000**2
        after = spot * (10_000 - tier.gap_bps) // 10_000
        proceeds = after * (10_000 - tier.discount_max_bps - 100) // 10_000
        assert proceeds + 2 >= debt
