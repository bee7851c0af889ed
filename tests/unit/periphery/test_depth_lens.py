"""`DepthLens`: what counts as depth, when it is read, and that what comes and goes raises no cap."""

import random
from itertools import pairwise

import pytest

from tests.helpers.abi import decode_error, selector
from tests.helpers.actors import ACTORS
from tests.helpers.core import (
    BORROWER,
    DAY,
    FLOOR,
    GOVERNOR,
    HOUR,
    KEEPER,
    MAX_RATE,
    STRANGER,
    THIEF,
    Core,
    build_core,
    tier,
)
from tests.helpers.evm import Contract, Driver, reverts
from tests.helpers.markets import SHARED_CURVES, build_market
from vitrine.models.depth import MAX_UNITS, Gauge, depth_now, min_price

ZERO = "0x" + "00" * 20
CEILING = 10_000  # units
RISE = CEILING // 10  # a day
MODES = {"revert": 1, "burn": 2, "bomb": 3, "short": 4}
FRESH, DEGRADED, STALE = 0, 1, 2


class Rig:
    """A lens over two pools and a book of standing bids whose depth a test sets, beside the model."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.core: Core = build_core(driver)
        self.core.supply(5_000_000)
        self.nft = self.core.nft
        self.pools = [driver.deploy("MockPool", self.nft, self.core.asset) for _ in range(2)]
        self.bids = driver.deploy("MockPool", self.nft, self.core.asset)
        core = self.core
        self.lens = driver.deploy(
            "DepthLens", core.authority, core.book, core.oracle, self.pools[0], self.bids
        )
        self.ceiling(CEILING)
        self.lens.setPools(self.nft, self.pools, sender=GOVERNOR)
        self.quote(bid=1)
        self.gauge = Gauge()
        self.model_units = 0

    def ceiling(self, units: int) -> None:
        self.core.book.setTier(self.nft, tier(creditCapUnits=units), sender=GOVERNOR)
        self.most = units

    def quote(self, bid: int | None = None, mid: int | None = None, state: int = FRESH) -> None:
        """Without a bid near mid there is no reported depth."""
        mid = self.core.units(FLOOR) if mid is None else mid
        now = self.driver.timestamp
        bid = mid if bid is None else bid
        terms = (bid, mid, mid, mid, mid, 0, now, now, 10_000, state)
        self.core.oracle.setQuote(self.nft, terms, sender=GOVERNOR)
        self.bid, self.mid = bid, mid

    def depth(self, nfts: int, place: int = 0, best: int = 2**255) -> None:
        self.pools[place].setDepth(nfts, best, sender=STRANGER)

    def now(self) -> int:
        """Units of now, which must be the model's."""
        told = self.lens.depthNow(self.nft)
        least = min_price(self.mid, 1_500)
        taken = [p.depth() if p.bestPrice() >= least else 0 for p in (*self.pools, self.bids)]
        assert told.minPrice == least
        assert told.units == depth_now(taken[:2], taken[2], bid=self.bid, least=least)
        return told.units

    def poke(self, by: object = KEEPER) -> bool:
        units, now = self.now(), self.driver.timestamp
        tx = self.lens.poke(self.nft, sender=by)
        told = self.lens.event("DepthRead", tx)
        fresh = self.gauge.poke(units, self.most, now)
        count, lowest = self.gauge.recall(now)
        assert (told.units, told.fresh, told.readings, told.lowest) == (units, fresh, count, lowest)
        assert told.levelWad == self.gauge.level_wad
        assert tx.return_value == units
        return fresh

    def cap(self) -> int:
        cap = self.lens.depthUnits(self.nft)
        assert cap == self.gauge.cap(self.now(), self.most, self.driver.timestamp)
        return cap

    def hours(self, count: int, every: int = 1) -> None:
        """Readings, an hour apart if nothing is said."""
        for _ in range(0, count, every):
            self.poke()
            self.driver.warp(every * HOUR - 1)

    def ripe(self, nfts: int, days: int = 11) -> int:
        """Depth that has been there for so long that the cap is all of it."""
        self.depth(nfts)
        self.hours(24 * days, every=5)
        assert self.cap() == min(nfts * 100, self.most)
        return nfts * 100


@pytest.fixture
def rig(driver: Driver) -> Rig:
    return Rig(driver)


# ---------------------------------------------------------------- what counts


def test_depth_now__pools_and_bids__added_up(rig):
    assert rig.now() == 0
    rig.depth(3)
    rig.depth(4, place=1)
    rig.bids.setDepth(5, 2**255, sender=STRANGER)
    told = rig.lens.depthNow(rig.nft)
    assert (told.pools, told.bids, told.signed, told.complete) == (700, 500, 0, True)
    assert rig.now() == 1_200


@pytest.mark.parametrize("under", [-1, 0, 1])
def test_depth_now__price_at_the_deepest_standard_discount__counts(rig, under):
    rig.quote(bid=1, mid=rig.core.units(FLOOR) + 1)
    least = -(-rig.mid * 8_500 // 10_000)  # rounded up
    rig.depth(2, best=least - under)
    rig.bids.setDepth(1, least - under, sender=STRANGER)
    assert rig.now() == (300 if under <= 0 else 0)


@pytest.mark.parametrize("under", [-1, 0, 1])
def test_depth_now__reported_depth_at_the_discount__three_pieces(rig, under):
    least = min_price(rig.mid, 1_500)
    rig.quote(bid=least - under)
    assert rig.now() == (300 if under <= 0 else 0)
    rig.depth(2)
    assert rig.now() == (300 if under <= 0 else 200)  # never the same bid twice
    rig.depth(4)
    assert rig.now() == 400


def test_depth_now__absurd_answers__bounded(rig):
    rig.depth(2**255)
    assert rig.lens.depthNow(rig.nft).pools == 64 * 100
    rig.bids.setDepth(2**256 - 1, 2**255, sender=STRANGER)
    assert rig.now() == MAX_UNITS


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dead", ["pool", "bids"])
def test_depth_now__hostile_market__counts_as_empty_and_is_not_read(rig, mode, dead):
    rig.depth(2)
    rig.depth(3, place=1)
    rig.bids.setDepth(4, 2**255, sender=STRANGER)
    rig.poke()
    market = rig.pools[0] if dead == "pool" else rig.bids
    market.setMode(MODES[mode], sender=STRANGER)
    told = rig.lens.depthNow(rig.nft, gas=2_000_000)
    if mode == "bomb":  # an answer of zeros
        assert told.units in (500, 700, 900)
        return
    assert (told.units, told.complete) == ((700, False) if dead == "pool" else (500, False))
    with reverts("DepthUnknown", collection=rig.nft):
        rig.lens.poke(rig.nft, sender=KEEPER)
    assert rig.lens.gaugeOf(rig.nft).readings == 1
    market.setMode(0, sender=STRANGER)
    rig.poke()


def test_poke__stale_price__nothing_to_read(rig):
    rig.depth(2)
    rig.quote(bid=1, state=STALE)
    assert rig.lens.depthNow(rig.nft).units == 0
    with reverts("DepthUnknown"):
        rig.lens.poke(rig.nft, sender=KEEPER)
    rig.quote(bid=1, state=DEGRADED)
    rig.poke()


def test_poke__unknown_collection__reverts(rig):
    with reverts("CollectionUnknown", collection=STRANGER):
        rig.lens.poke(STRANGER, sender=KEEPER)


def test_set_pools__only_shared_pools_of_the_factory_and_the_collection(rig, driver):
    core, lens = rig.core, rig.lens
    foreign = driver.deploy("MockPool", core.thin, core.asset)
    unknown, owned = rig.pools[1], driver.deploy("MockPool", rig.nft, core.asset)
    rig.pools[0].setStranger(unknown, True, sender=STRANGER)
    owned.setKind(2, sender=STRANGER)
    for pools, bad in (
        ([foreign], foreign),
        ([rig.pools[0], unknown], unknown),
        ([owned], owned),
        ([rig.pools[0], rig.pools[0]], rig.pools[0]),
    ):
        with reverts("PoolNotEligible", pool=bad, collection=rig.nft):
            lens.setPools(rig.nft, pools, sender=GOVERNOR)
    with reverts("AccessManagedUnauthorized", caller=THIEF):
        lens.setPools(rig.nft, [], sender=THIEF)
    with reverts("OutOfBounds", value=5, high=4):
        lens.setPools(rig.nft, [driver.deploy("MockPool", rig.nft, core.asset)] * 5, sender=GOVERNOR)
    many = [driver.deploy("MockPool", rig.nft, core.asset) for _ in range(4)]
    tx = lens.setPools(rig.nft, many, sender=GOVERNOR)
    assert lens.event("PoolsSet", tx).pools == lens.poolsOf(rig.nft) == [p.address for p in many]
    lens.setPools(rig.nft, [], sender=GOVERNOR)
    assert lens.depthNow(rig.nft).units == 0


def test_constructor__missing_part__reverts(rig, driver):
    core = rig.core
    good = [core.book, core.oracle, rig.pools[0]]
    for place in range(3):
        parts = list(good)
        parts[place] = ZERO
        with reverts("ZeroAddress"):
            driver.deploy("DepthLens", core.authority, *parts, ZERO)
    alone = driver.deploy("DepthLens", core.authority, *good, ZERO)  # no standing bids
    assert alone.depthNow(rig.nft).bids == 0


@pytest.mark.parametrize("curve", SHARED_CURVES)
def test_depth_now__real_pools__as_many_as_are_sold_at_that_price(driver, curve):
    """Deepest pools there are: the walk along the curve stays within the gas of a pool."""
    core = build_core(driver)
    market = build_market(driver, core=core)
    lens = driver.deploy("DepthLens", core.authority, core.book, core.oracle, market.factory, ZERO)
    floor = core.units(FLOOR)
    spot, delta = {
        "linear": (floor, 1),
        "product": (floor * 4_000, 4_000 * 10**18),
    }[curve]
    terms = market.terms("shared", curve, fee_bps=100, spot=spot, delta=delta)
    pool = market.create(terms)
    lens.setPools(core.nft, [pool], sender=GOVERNOR)
    for count, taken in ((5, None), (65, 64)):
        market.add(pool, count)
        told = lens.depthNow(core.nft)
        assert told.complete
        taken = taken or pool.depthAt(told.minPrice, 64)
        assert told.pools == 100 * taken > 0
    assert lens.poke(core.nft, sender=KEEPER).return_value == 6_400


def test_poke__inside_a_trade__pool_is_not_read_as_empty(driver):
    """A buyer's callback cannot take the depth of the pool he trades with for nothing."""
    core = build_core(driver)
    market = build_market(driver, core=core)
    lens = driver.deploy("DepthLens", core.authority, core.book, core.oracle, market.factory, ZERO)
    pool = market.pool("shared", "linear", price=FLOOR, nfts=20)
    lens.setPools(core.nft, [pool], sender=GOVERNOR)
    thief = driver.deploy("CallbackProbe")
    cost = pool.quoteBuy([1], thief).total
    core.asset.mint(thief, cost, sender=GOVERNOR)
    steps = [
        (lens, 0, lens.poke.data(core.nft), False),
        (core.asset, 0, core.asset.transfer.data(pool, cost), True),
    ]
    thief.script(selector("onPoolBuy(uint256,bytes)"), steps, sender=THIEF)
    thief.execute(pool, 0, pool.buy.data([1], cost, thief, 2**40, b"x"), sender=THIEF)
    assert decode_error(thief.outcome(0).output) == ("DepthUnknown", {"collection": core.nft.address})
    assert lens.gaugeOf(core.nft).readings == 0


# ---------------------------------------------------------------- readings and their boundaries


@pytest.mark.parametrize("early", [1, 0, -1])
def test_poke__an_hour_after_the_last__is_a_new_reading(rig, driver, early):
    rig.depth(10)
    at = driver.timestamp
    assert rig.poke()
    driver.warp_to(at + HOUR - early)
    assert rig.poke() == (early <= 0)
    assert rig.lens.gaugeOf(rig.nft).readings == (2 if early <= 0 else 1)


def test_poke__within_the_hour__lowers_and_never_raises(rig):
    rig.depth(10)
    rig.poke()
    for nfts, lowest in ((20, 10), (4, 4), (9, 4), (0, 0), (30, 0)):
        rig.depth(nfts)
        assert not rig.poke()
        assert rig.lens.gaugeOf(rig.nft).lowest == lowest * 100


def test_depth_units__three_readings__nothing_four__something(rig):
    rig.depth(50)
    rig.hours(3)
    assert rig.cap() == 0
    rig.poke()
    rig.driver.warp(HOUR)
    assert rig.lens.gaugeOf(rig.nft).readings == 4
    assert rig.cap() > 0


@pytest.mark.parametrize("late", [-1, 0])
def test_depth_units__reading_of_exactly_24_hours__is_over(rig, driver, late):
    rig.depth(50)
    first = driver.timestamp
    rig.hours(4)
    driver.warp_to(first + DAY + late)
    assert rig.lens.gaugeOf(rig.nft).readings == (4 if late else 3)
    assert (rig.cap() > 0) == bool(late)


def test_depth_units__least_of_a_day__for_a_whole_day(rig, driver):
    rig.ripe(50)
    rig.depth(7)
    low = driver.timestamp
    rig.poke()
    rig.depth(50)
    assert rig.cap() == 700
    rig.hours(22)
    driver.warp_to(low + DAY - 1)
    assert rig.cap() == 700
    driver.warp_to(low + DAY)
    assert 700 <= rig.cap() <= 700 + RISE + 1


def test_depth_units__rises_a_tenth_of_the_ceiling_a_day(rig):
    rig.bids.setDepth(100, 2**255, sender=STRANGER)
    rig.hours(4)
    seen = [rig.cap()]
    for _ in range(12):
        rig.hours(24, every=4)
        seen.append(rig.cap())
    rises = [b - a for a, b in pairwise(seen)]
    assert all(RISE - 1 <= rise <= RISE + 1 for rise in rises[:9])
    assert seen[-1] == CEILING


def test_depth_units__poked_every_second__rises_no_less(rig, driver):
    rig.depth(100)
    rig.hours(4)
    before = rig.gauge.level(rig.most, driver.timestamp)
    for _ in range(300):
        rig.poke()
    grown = rig.gauge.level(rig.most, driver.timestamp) - before
    exact = RISE * 10**18 * 300 // DAY
    assert exact - 300 <= grown <= exact


def test_depth_units__falls_at_once_without_a_poke(rig):
    rig.ripe(60)
    rig.depth(5)
    assert rig.cap() == 500
    rig.depth(60)
    assert rig.cap() == 6_000


def test_depth_units__nobody_read_for_a_day__nothing_then_the_old_level(rig, driver):
    rig.ripe(60)
    driver.warp(DAY)
    assert rig.cap() == 0
    rig.hours(3)
    assert rig.cap() == 0
    rig.hours(1)
    assert rig.cap() == 6_000


def test_depth_units__ceiling_raised__phased_in(rig):
    rig.ceiling(2_000)
    rig.ripe(60)
    assert rig.cap() == 2_000
    rig.poke()
    rig.ceiling(12_000)
    rig.hours(24)
    assert 2_000 + 1_200 <= rig.cap() <= 2_000 + 1_201
    rig.ceiling(100)
    assert rig.cap() == 100


# ---------------------------------------------------------------- what comes and goes


def test_flash_liquidity__added_and_removed_in_one_block__raises_the_cap_by_zero(rig, driver):
    rig.depth(20)
    rig.hours(24 * 4, every=4)
    honest = rig.cap()
    twin = Gauge(list(rig.gauge.readings), rig.gauge.level_wad, rig.gauge.level_at)
    for _ in range(30):
        with driver.same_block():
            rig.depth(100, place=1)
            rig.poke(by=THIEF)
            assert rig.lens.depthUnits(rig.nft) <= 2_000
            rig.depth(0, place=1)
        twin.poke(2_000, rig.most, driver.timestamp - 1)
        rig.driver.warp(HOUR // 2)
        rig.poke()
        twin.poke(2_000, rig.most, driver.timestamp - 1)
        driver.warp(HOUR // 2)
        assert rig.cap() <= twin.cap(2_000, rig.most, driver.timestamp) <= 2_000
    assert honest <= rig.cap() <= 2_000


def test_flash_liquidity__at_every_reading_but_one__raises_the_cap_by_zero(rig, driver):
    """Whoever has all the readings of a day to himself still loses to one honest call between them."""
    rig.ripe(20)
    for hour in range(24):
        rig.depth(100, place=1)
        rig.poke(by=THIEF)
        rig.depth(0, place=1)
        if hour == 11:
            rig.poke()
        driver.warp(HOUR)
    rig.depth(100, place=1)
    assert rig.cap() == 2_000


def test_flash_liquidity__gone_when_the_credit_is_drawn__raises_the_cap_by_zero(rig):
    rig.ripe(20)
    rig.depth(100, place=1)
    rig.hours(48)
    assert rig.cap() > 2_000
    rig.depth(0, place=1)
    assert rig.cap() == 2_000


def test_bid__placed_and_withdrawn__raises_the_cap_by_zero(rig, driver):
    rig.ripe(20)
    rig.bids.setDepth(60, 2**255, sender=THIEF)
    rig.poke(by=THIEF)
    assert rig.cap() == 2_000
    driver.warp(HOUR)
    rig.poke(by=THIEF)
    assert rig.cap() == 2_000
    rig.bids.setDepth(0, 0, sender=THIEF)  # cancelled: it stops counting at once
    assert rig.cap() == 2_000
    rig.hours(30)
    assert rig.cap() == 2_000


def test_standing_bids__placed_and_cancelled__raise_the_cap_by_zero(driver):
    """The real book, full: it answers within its gas, and a cancelled bid is gone at once."""
    core = build_core(driver)
    bids = driver.deploy("StandingBids", core.auction, core.oracle, core.oracle, core.asset)
    lens = driver.deploy("DepthLens", core.authority, core.book, core.oracle, core.auction, bids)
    core.book.setExitDepth(lens, sender=GOVERNOR)

    def place(who: object, quantity: int) -> int:
        core.fund(who, quantity * core.units(FLOOR), bids)
        until = driver.timestamp + 40 * DAY
        terms = (core.nft, 9_000, core.units(FLOOR), quantity, until)
        return bids.place(*terms, sender=who).return_value

    def read(hours: int) -> int:
        for _ in range(hours):
            core.oracle.setPrice(core.nft, core.units(FLOOR), sender=GOVERNOR)
            told = lens.depthNow(core.nft)
            assert told.complete
            lens.poke(core.nft, sender=KEEPER)
            driver.warp(HOUR)
        return core.book.creditCapOf(core.nft)

    for i in range(bids.MAX_BIDS() - 1):
        place(ACTORS.suppliers[i % 12], 1)
    honest = read(24)
    assert honest == 100 * (bids.MAX_BIDS() - 1)
    bid = place(THIEF, 50)
    assert lens.depthNow(core.nft).bids == honest + 5_000
    assert read(3) == honest
    bids.cancel(bid, sender=THIEF)
    assert lens.depthNow(core.nft).bids == honest
    assert read(24) == honest


def test_depth_units__random_lives__equals_the_model_and_keeps_the_rule(rig, driver):
    rng = random.Random(3)
    history: list[tuple[int, int]] = []
    for _ in range(600):
        dice = rng.random()
        if dice < 0.3:
            rig.depth(rng.choice([0, 5, 40, 100]), place=rng.randrange(2))
        elif dice < 0.35:
            rig.bids.setDepth(rng.randrange(60), 2**255, sender=STRANGER)
        elif dice < 0.37:
            rig.ceiling(rng.choice([CEILING, CEILING // 2]))
        else:
            driver.warp(rng.choice([1, 600, HOUR - 1, HOUR, 2 * HOUR]))
            rig.poke()
        cap, now = rig.cap(), driver.timestamp
        assert cap <= min(rig.most, rig.now())
        level = rig.gauge.level(rig.most, now) // 10**18
        for then, before in history[-40:]:
            assert level <= before + 1 + -(-RISE * (now - then) // DAY)
        history.append((now, level))


# ---------------------------------------------------------------- under the credit cap


def attach(rig: Rig, source: Contract | str | None = None) -> None:
    rig.core.book.setExitDepth(rig.lens if source is None else source, sender=GOVERNOR)


def borrow(rig: Rig, whole: int = 100) -> None:
    rig.core.desk.borrow(rig.core.units(whole), MAX_RATE, BORROWER, BORROWER, sender=BORROWER)


def pledged(rig: Rig, count: int) -> list:
    refs = rig.core.mint(BORROWER, count)
    rig.core.desk.pledge(refs, BORROWER, sender=BORROWER)
    rig.quote()
    return refs


@pytest.mark.parametrize("nfts", [3, 4, 5])
def test_borrow__measured_depth__holds_the_cap_down(rig, nfts):
    rig.ripe(nfts)
    attach(rig)
    pledged(rig, 4)
    assert rig.core.book.creditCapOf(rig.nft) == nfts * 100
    if nfts < 4:
        with reverts("CreditCapExceeded", collection=rig.nft, units=400, cap=300):
            borrow(rig)
    else:
        borrow(rig)


@pytest.mark.parametrize("governed", [399, 400])
def test_borrow__governed_number_below_depth__decides(rig, governed):
    rig.ripe(60)
    attach(rig)
    rig.ceiling(governed)
    pledged(rig, 4)
    if governed < 400:
        with reverts("CreditCapExceeded", units=400, cap=399):
            borrow(rig)
    else:
        borrow(rig)


@pytest.mark.parametrize("answer", [0, 399, 400, 2**256 - 1])
def test_borrow__source_of_any_answer__never_above_the_governed_number(rig, answer):
    probe = rig.driver.deploy("CallbackProbe")
    probe.setAnswer(rig.lens.depthUnits.selector, 0, answer.to_bytes(32, "big"), sender=STRANGER)
    attach(rig, probe)
    rig.ceiling(400)
    pledged(rig, 5)
    assert rig.core.book.creditCapOf(rig.nft) == min(400, answer)
    with reverts("CreditCapExceeded", units=500, cap=min(400, answer)):
        borrow(rig)


@pytest.mark.parametrize("mode", ["revert", "burn", "short"])
def test_borrow__source_fails__named_error_and_every_exit_open(rig, mode):
    refs = pledged(rig, 4)
    borrow(rig, 20_000)
    probe = rig.driver.deploy("CallbackProbe")
    probe.setAnswer(
        rig.lens.depthUnits.selector,
        {"revert": 1, "burn": 2, "short": 0}[mode],
        b"\x01" * 31 if mode == "short" else b"",
        sender=STRANGER,
    )
    attach(rig, probe)
    for call in (lambda: borrow(rig), lambda: rig.core.book.creditCapOf(rig.nft)):
        with reverts("ExitDepthUnavailable", source=probe, collection=rig.nft):
            call()
    core = rig.core
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
    core.fund(BORROWER, core.units(1_000))
    core.desk.repay(core.units(5_000), BORROWER, sender=BORROWER)
    assert core.owes(15_000)
    core.price(4_000)
    core.flag()
    rig.driver.warp(6 * HOUR)
    core.price(4_000)
    rig.driver.warp(1)
    core.liquidate([refs[1], refs[2], refs[3], (rig.nft.address, 5)])
    assert core.auction.priceOf(*refs[1])[0] > 0


def test_borrow__source_without_code__named_error(rig):
    pledged(rig, 1)
    attach(rig, STRANGER.address)
    with reverts("ExitDepthUnavailable", source=STRANGER):
        borrow(rig)


def test_borrow__depth_gone__stops_borrowing_only(rig):
    rig.ripe(8)
    attach(rig)
    refs = pledged(rig, 3)
    borrow(rig, 1_000)
    rig.depth(0)
    rig.quote(bid=rig.mid * 8 // 10)
    with reverts("CreditCapExceeded", cap=0):
        borrow(rig)
    rig.core.desk.withdraw(refs[:1], BORROWER, BORROWER, sender=BORROWER)
    assert rig.nft.ownerOf(1) == BORROWER.address


def test_set_exit_depth__zero__governed_number_alone(rig):
    attach(rig)
    pledged(rig, 1)
    with reverts("CreditCapExceeded", cap=0):  # nothing was read yet
        borrow(rig)
    tx = rig.core.book.setExitDepth(ZERO, sender=GOVERNOR)
    assert rig.core.book.event("ExitDepthSet", tx).source == ZERO
    assert rig.core.book.exitDepth() == ZERO
    assert rig.core.book.creditCapOf(rig.nft) == CEILING
    borrow(rig)


def test_set_exit_depth__stranger__reverts(rig):
    with reverts("AccessManagedUnauthorized", caller=ACTORS.stranger):
        rig.core.book.setExitDepth(rig.lens, sender=ACTORS.stranger)
