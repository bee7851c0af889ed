"""Ways out of an auction: the one that gains most after gas, each source once, sent safely, raced safely."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.helpers.bridge import wrap
from tests.helpers.core import DAY, GOVERNOR, HOUR
from tests.python.keepers.desks import BOTS, SPENDING, Floor
from tests.python.keepers.worlds import FLOOR, KEEPER, NOW, ONE, World, market, notice
from tests.unit.liquidation.conftest import BIDDER
from vitrine.errors import StateError
from vitrine.keepers.actions import Action, Kind, to_call
from vitrine.keepers.decide import Params, Taking, decide
from vitrine.keepers.exits import TAKE_GAS, Exiting, Route, best, choices, own_money, settle_tip
from vitrine.keepers.liquidator import Liquidator
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.quotes import BID_GAS, POOL_GAS, TAKER_GAS, ExitContracts, ExitReader
from vitrine.keepers.snapshot import Offer
from vitrine.models.auction import AuctionPhase, AuctionPrice
from vitrine.models.desk import NOTICE

PRICE = AuctionPrice(50_000 * ONE, FLOOR, AuctionPhase.BAND)
DEBT = 45_000 * ONE
BIDS, POOL, EXIT, TAKER = (f"0x{n:040x}" for n in (0xB1D, 0x9001, 0xE817, 0x7A4E))

WILLING, NO_GAS = Exiting(), Fraction(0)


def offer(net, venue=BIDS, *, take=False, source="", gas=0):
    return Offer(venue, net, b"", source or venue, take, gas)


@pytest.mark.parametrize(
    ("counted", "rows"),
    [
        (TAKE_GAS, ("auction.take", "auction.take_last")),
        (BID_GAS, ("auction.settle_into.bid", "auction.settle_into.bid_of_32")),
        (POOL_GAS, ("auction.settle_into.pool", "auction.settle_into.pool")),
        (TAKER_GAS, ("auction.take_into.pool", "auction.take_into.pool")),
    ],
)
def test_gas__what_a_way_out_counts_for__is_what_was_measured(counted, rows):
    """Between the rows, or within five per cent of them."""
    table = Path(__file__).resolve().parents[3] / "docs" / "gas.json"
    measured = {entry["id"]: entry["gas"] for entry in json.loads(table.read_text())}
    low, high = (measured[row] for row in rows)
    assert low * 95 <= counted * 100 <= high * 105, (counted, low, high)


def weigh(*offers, exiting=WILLING, gas=NO_GAS, debt=DEBT, there=None):
    return choices(PRICE, offers, debt, there or market(), exiting, gas, flagged=True, started=True)


# --- choosing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("over", "found"), [(-1, 0), (0, 1), (1, 1)])
def test_choices__offer_around_the_price__boundary(over, found):
    assert len(weigh(offer(PRICE.price + over))) == found
    assert len(weigh(offer(PRICE.price + over, take=True))) == found


def test_choices__settle_gains_the_tip_and_a_take_the_difference():
    net = PRICE.price + 300 * ONE
    settle, take = weigh(offer(net), offer(net, POOL, take=True))
    assert (settle.route, settle.reward) == (Route.SETTLE, min(DEBT * 25 // 10_000, 100 * ONE))
    assert (take.route, take.reward) == (Route.TAKE_INTO, 300 * ONE)
    assert best([settle, take]) is take
    low = weigh(offer(net), offer(PRICE.price + 50 * ONE, POOL, take=True))
    assert best(low).route is Route.SETTLE


@pytest.mark.parametrize(("least", "found"), [(-1, 1), (0, 1), (1, 0)])
def test_choices__gain_after_gas_around_the_least__boundary(least, found):
    gas = Fraction(ONE, 10_000)
    net = PRICE.price + 300 * ONE
    gain = 300 * ONE - int(400_000 * gas)
    exiting = Exiting(min_gain=gain + least)
    assert len(weigh(offer(net, take=True, gas=400_000), exiting=exiting, gas=gas)) == found


def test_choices__floor__never_below_the_price():
    far, near = weigh(offer(2 * PRICE.price), offer(PRICE.price + 1))
    assert far.floor == 2 * PRICE.price * 9_950 // 10_000
    assert near.floor == PRICE.price


def test_settle_tip__no_surplus__what_the_reserve_can_give():
    poor, rich = market(cash=DEBT), market(cash=DEBT, reserve=DEBT)
    assert settle_tip(DEBT, DEBT, poor, flagged=True, started=True) == 0
    assert settle_tip(DEBT, DEBT, rich, flagged=True, started=True) == 100 * ONE
    owing = market(cash=DEBT, reserve=DEBT, floating_bad_debt=DEBT - 7)
    assert settle_tip(DEBT, DEBT, owing, flagged=True, started=True) == 7


def test_best__equal_gains__same_choice_in_every_process():
    one, two = weigh(offer(2 * PRICE.price, EXIT), offer(2 * PRICE.price, BIDS))
    assert best([one, two]) == best([two, one]) == two
    mine = own_money(PRICE, Fraction(0))
    same = weigh(offer(PRICE.worth, POOL, take=True))[0]
    assert best([same, mine]).route is Route.TAKE
    assert best([]) is None


# --- deciding ---------------------------------------------------------------------------------------------


def auctioned(count=1, debt=DEBT):
    """Accounts, each with one NFT four hours in the auction."""
    world = World(market(cash=10**12))
    names = []
    for _ in range(count):
        piece = world.nft(started_at=NOW - 4 * HOUR)
        names.append(world.account(debt, [piece], flags=NOTICE, notice=notice(12 * HOUR, starter=KEEPER)))
    return world, names


def decided(world, offers, **params):
    snapshot = replace(world.snapshot(), offers=offers)
    wanted = Params(**({"exiting": Exiting(), "kinds": frozenset({Kind.SETTLE, Kind.TAKE_INTO})} | params))
    return decide(snapshot, wanted, NOW).actions


def refs_of(world, names):
    return [world.nfts[name][0].ref for name in names]


def test_decide__offers__best_one_with_its_limits():
    world, names = auctioned()
    [ref] = refs_of(world, names)
    net = 58_000 * ONE
    [action] = decided(world, {ref: (offer(net), offer(net, POOL, take=True))})
    assert (action.kind, action.venue, action.nfts) == (Kind.TAKE_INTO, POOL, (ref,))
    assert 0 < action.floor < net - action.amount
    [action] = decided(world, {ref: (offer(net),)})
    assert (action.kind, action.venue, action.amount) == (Kind.SETTLE, BIDS, net * 9_950 // 10_000)


def test_decide__no_exits_wanted_or_paused__nothing():
    world, names = auctioned()
    [ref] = refs_of(world, names)
    offers = {ref: (offer(58_000 * ONE),)}
    assert decided(world, offers, exiting=None) == []
    assert decided(world, offers, kinds=frozenset({Kind.TAKE_INTO})) == []
    world.market = market(paused=True)
    assert decided(world, offers) == []


def test_decide__two_auctions_one_source__once_a_round():
    world, names = auctioned(2)
    first, second = refs_of(world, names)
    offers = {ref: (offer(58_000 * ONE), offer(57_000 * ONE, POOL, source="pool")) for ref in (first, second)}
    actions = decided(world, offers)
    assert sorted(action.venue for action in actions) == sorted([BIDS, POOL])
    assert len({action.nfts for action in actions}) == 2


def test_decide__account_recovers_after_the_first_sale__second_is_left_alone():
    world = World(market(cash=10**12))
    pieces = [world.nft(started_at=NOW - 4 * HOUR) for _ in range(2)]
    world.account(95_000 * ONE, pieces, flags=NOTICE, notice=notice(12 * HOUR, starter=KEEPER))
    offers = {piece.ref: (offer(59_000 * ONE, f"0x{i + 9:040x}"),) for i, piece in enumerate(pieces)}
    assert len(decided(world, offers)) == 1


def test_decide__own_money_against_offers__the_better():
    world, names = auctioned()
    [ref] = refs_of(world, names)
    everything = {"kinds": frozenset(Kind), "taking": Taking(FLOOR, 10_000)}
    kinds = [a.kind for a in decided(world, {ref: (offer(58_000 * ONE),)}, **everything)]
    assert Kind.TAKE in kinds and Kind.SETTLE not in kinds
    dear = {ref: (offer(70_000 * ONE, POOL, take=True),)}
    kinds = [a.kind for a in decided(world, dear, **everything)]
    assert Kind.TAKE_INTO in kinds and Kind.TAKE not in kinds


def test_key__ways_out_of_one_auction__are_the_same_thing():
    ref = (BIDS, 1)
    keys = {Action(kind, (KEEPER,), (ref,)).key for kind in (Kind.TAKE, Kind.TAKE_INTO, Kind.SETTLE)}
    assert len(keys) == 1
    assert Action(Kind.RESTART, (KEEPER,), (ref,)).key not in keys


def test_to_call__take_into_without_a_taker__refused():
    floor = Floor.build([(29_000, 1)])
    action = Action(Kind.TAKE_INTO, (KEEPER,), ((BIDS, 1),), 5, venue=POOL)
    with pytest.raises(StateError, match="without capital"):
        to_call(action, floor.group, KEEPER)


# --- on the chain -----------------------------------------------------------------------------------------


def with_bids(loans, bids=((9_700, 60_000),), **more):
    """A market with standing bids, its auctions three hours old; a keeper that settles."""
    floor = Floor.build(loans)
    core = floor.core
    book = core.driver.deploy("StandingBids", core.auction, core.oracle, core.oracle, core.asset)
    core.auction.setExit(book, True, sender=GOVERNOR)
    for bps, most in bids:
        core.fund(BIDDER, core.units(most), book)
        until = core.driver.timestamp + 30 * DAY
        book.place(core.nft, bps, core.units(most), 1, until, sender=BIDDER)
    core.price(34_000)
    floor.keeper(9 % 3).step()
    floor.bridge.mine()
    core.driver.warp(3 * HOUR)
    core.price(34_000)
    return floor, book


def settler(floor, book, index=0, **exiting):
    exits = ExitReader(floor.bridge, ExitContracts(standing_bids=wrap(book)))
    params = Params(kinds=frozenset({Kind.SETTLE}), exiting=Exiting(**exiting))
    return Liquidator(
        floor.bridge, floor.group, floor.lens, floor.holdings, BOTS[index].address, SPENDING, params,
        metrics=Metrics(f"settler{index}"), block_time=1, exits=exits,
    )  # fmt: skip


def test_loop__standing_bids__settled_and_tipped():
    floor, book = with_bids([(29_000, 1)])
    core = floor.core
    [ref] = floor.live()
    net = book.quoteExit(*ref, b"")
    assert net == core.units(34_000) * 97 // 100
    bot = settler(floor, book)
    bot.step()
    floor.bridge.mine()
    assert bot.metrics.get("sent", kind="settle") == 1
    assert floor.live() == [] and book.owedTo(*ref) == BIDDER.address
    assert core.vault.creditOf(BOTS[0]) > 0
    bot.step()
    floor.bridge.mine()
    assert bot.metrics.get("sent", kind="settle") == 1


def test_loop__no_bid_pays_the_price__nothing_sent():
    floor, book = with_bids([(29_000, 1)], [(6_000, 60_000)])
    bot = settler(floor, book)
    bot.step()
    assert bot.metrics.get("actions") == 0
    assert len(floor.live()) == 1


def test_race__two_keepers_one_auction__loser_pays_gas_only():
    floor, book = with_bids([(29_000, 1)], [(9_700, 60_000), (9_600, 60_000)])
    core = floor.core
    bots = [settler(floor, book, index) for index in (0, 1)]
    for bot in bots:
        bot.step()
    floor.bridge.mine()
    for bot in bots:
        bot.step()
    assert sum(bot.metrics.total("failed") for bot in bots) == 1
    assert sum(core.vault.creditOf(bot) > 0 for bot in BOTS[:2]) == 1
    assert len(book.bidsOf(core.nft)) == 1


def test_offers__market_that_reverts__makes_none():
    floor, book = with_bids([(29_000, 1)], [])
    probe = floor.core.driver.deploy("CallbackProbe")
    probe.setAnswer(floor.core.driver.at("IExitVenue", probe).quoteExit.selector, 1, b"", sender=GOVERNOR)
    broken = floor.core.driver.at("StandingBids", probe)
    reader = ExitReader(floor.bridge, ExitContracts(standing_bids=wrap(broken)))
    [ref] = floor.live()
    assert reader.offers([ref]) == {ref: ()}
    assert ExitReader(floor.bridge, ExitContracts(standing_bids=wrap(book))).offers([ref]) == {ref: ()}
