"""The liquidator on the real desk: alone, beside others, and after being killed at any line."""

import random

import pytest

from tests.helpers.core import DAY, HOUR, SUPPLIER, TAKER
from tests.python.keepers.desks import BOTS, Floor, crowd
from tests.python.models.market import ROUNDS
from vitrine.errors import StateError
from vitrine.keepers.actions import Kind
from vitrine.keepers.decide import Params, Taking, decide
from vitrine.keepers.liquidator import DeskHoldings, ListedHoldings

KILLS = 24 * ROUNDS


class Killed(BaseException):
    """The process ends here."""


def rounds(floor, *keepers, count=4):
    for _ in range(count):
        for keeper in keepers:
            keeper.step()
        floor.bridge.mine()


@pytest.mark.parametrize("decimals", [6, 18])
def test_loop__price_falls_in_steps__warned_then_auctioned_then_marked(decimals):
    floor = Floor.build(crowd(), decimals)
    core, bot = floor.core, floor.keeper()
    for price in (60_000, 41_000, 38_000, 34_000, 27_000, 20_000):
        core.price(price)
        for _ in range(3):
            rounds(floor, bot, count=2)
            core.driver.warp(3 * HOUR)
    rounds(floor, bot)
    for kind in (Kind.FLAG, Kind.LIQUIDATE, Kind.MARK):
        assert bot.metrics.get("done", kind=kind.value) > 0
    assert bot.metrics.total("failed") == 0
    assert bot.metrics.total("done") == bot.metrics.total("sent") > 20
    market = bot.reader.market()
    for who in floor.borrowers:
        debt, health = core.desk.healthOf(who)
        if debt > health.deep * 101 // 100:
            assert core.desk.accountOf(who).flags & 2
    assert len(floor.live()) == 16  # all the auctions the tier allows at once
    assert market.floating_bad_debt > 0


def test_loop__nothing_due__nothing_sent():
    floor = Floor.build(crowd(6))
    bot = floor.keeper()
    rounds(floor, bot)
    assert floor.bridge.sent == []
    assert bot.metrics.get("actions") == 0


def test_loop__recovered_during_auctions__nfts_go_back():
    floor = Floor.build([(29_000, 1), (29_000, 1)])
    bot = floor.keeper()
    floor.core.price(34_000)
    rounds(floor, bot)
    assert len(floor.live()) == 2
    floor.core.price(50_000)
    rounds(floor, bot)
    assert floor.live() == []
    assert bot.metrics.get("done", kind="reclaim") == 2


def test_loop__nobody_buys__distressed_told_and_restarted_after_a_day():
    floor = Floor.build([(29_000, 1)])
    core, bot = floor.core, floor.keeper()
    core.price(34_000)
    rounds(floor, bot)
    [ref] = floor.live()
    started = core.auction.termsOf(*ref).startedAt
    core.driver.warp(8 * HOUR)
    core.price(30_000)
    rounds(floor, bot)
    assert core.desk.accountOf(floor.borrowers[0]).flags & 4
    core.driver.warp_to(started + DAY)
    core.price(30_000)
    rounds(floor, bot)
    assert core.auction.termsOf(*ref).startedAt > started
    assert bot.metrics.get("done", kind="restart") == 1


def test_taker__budget_and_limit__buys_in_the_band_and_stops():
    floor = Floor.build([(29_000, 1)] * 4)
    core = floor.core
    core.price(34_000)
    rounds(floor, floor.keeper(0))
    assert len(floor.live()) == 4
    budget = core.units(65_000)
    core.fund(BOTS[1], budget, core.auction)
    taker = floor.keeper(1, Params(kinds=frozenset({Kind.TAKE}), taking=Taking(budget, 9_200)))
    rounds(floor, taker)
    assert len(floor.live()) == 4  # above the limit still
    core.driver.warp(4 * HOUR)
    core.price(34_000)
    for _ in range(4):
        left = core.asset.balanceOf(BOTS[1])
        taker.params = Params(kinds=frozenset({Kind.TAKE}), taking=Taking(left, 9_200))
        rounds(floor, taker, count=1)
    assert len(floor.live()) == 2
    assert core.nft.balanceOf(BOTS[1]) == 2
    assert 0 < core.asset.balanceOf(BOTS[1]) < core.units(34_000)
    assert taker.metrics.total("failed") == 0


def test_queue__cash_comes_back__filled():
    floor = Floor.build([(29_000, 1)])
    core, bot = floor.core, floor.keeper()
    shares = core.vault.balanceOf(SUPPLIER)
    core.vault.requestRedeem(shares // 10, SUPPLIER, sender=SUPPLIER)
    rounds(floor, bot)
    assert core.vault.queuedShares() == 0
    assert core.vault.creditOf(SUPPLIER) > 0


# --- races -----------------------------------------------------------------------------------------------


def test_race__three_keepers_in_one_block__same_result_as_one_and_losers_pay_gas_only():
    alone, together = Floor.build(crowd()), Floor.build(crowd())
    single = alone.keeper()
    bots = [together.keeper(i) for i in range(3)]
    for price in (40_000, 33_000, 27_000):
        for floor, keepers in ((alone, [single]), (together, bots)):
            floor.core.price(price)
            rounds(floor, *keepers)
            floor.core.driver.warp(7 * HOUR)
            floor.core.price(price)
            rounds(floor, *keepers)
    assert together.state() == alone.state()
    assert sum(bot.metrics.total("failed") for bot in bots) > 0
    assert single.metrics.total("failed") == 0
    for bot in BOTS:
        assert together.core.asset.balanceOf(bot) == 0


def test_race__same_key_in_two_processes__nothing_twice():
    floor = Floor.build(crowd(8))
    one, other = floor.keeper(0), floor.keeper(0)
    for price in (40_000, 33_000, 27_000):
        floor.core.price(price)
        rounds(floor, one, other, count=6)
        floor.core.driver.warp(7 * HOUR)
        floor.core.price(price)
        rounds(floor, one, other, count=6)
    twin = Floor.build(crowd(8))
    single = twin.keeper(0)
    for price in (40_000, 33_000, 27_000):
        twin.core.price(price)
        rounds(twin, single, count=6)
        twin.core.driver.warp(7 * HOUR)
        twin.core.price(price)
        rounds(twin, single, count=6)
    assert floor.state() == twin.state()


def test_run_twice_in_a_row__block_not_mined_yet__sends_once():
    floor = Floor.build(crowd(8))
    bot = floor.keeper()
    floor.core.price(33_000)
    bot.step()
    first = len(floor.bridge.sent)
    bot.step()
    assert len(floor.bridge.sent) == first >= 3
    floor.bridge.mine()
    assert bot.metrics.total("failed") == 0


# --- killed between two lines ----------------------------------------------------------------------------


def deadly(bridge, at):
    """Counts calls to the chain; the one numbered `at` kills the process, before or after it took effect."""
    count = [0]
    names = ("block", "read", "read_many", "estimate", "mined_nonce", "gas_price", "submit", "receipt")

    def wrap_one(name, inner):
        def call(*args, **kwargs):
            count[0] += 1
            if count[0] == at and at % 2:
                raise Killed
            result = inner(*args, **kwargs)
            if count[0] == at:
                raise Killed
            return result

        return call

    for name in names:
        setattr(bridge, name, wrap_one(name, getattr(type(bridge), name).__get__(bridge)))
    return count


def alive(bridge):
    for name in ("block", "read", "read_many", "estimate", "mined_nonce", "gas_price", "submit", "receipt"):
        bridge.__dict__.pop(name, None)


def test_killed__at_every_call_of_a_round__successor_ends_in_the_same_state():
    floor = Floor.build(crowd(6))
    floor.core.price(33_000)
    start = floor.core.driver.snapshot()

    def back():
        nonlocal start
        alive(floor.bridge)
        start = floor.core.driver.restore(start)
        floor.bridge.pool.clear()
        floor.bridge.mined.clear()
        floor.bridge.nonces.clear()

    calls = deadly(floor.bridge, 10**9)
    rounds(floor, floor.keeper(), count=5)
    expected, total = floor.state(), calls[0]
    assert len(floor.live()) > 0
    killed = 0
    for at in range(1, total, max(1, total // KILLS)):
        back()
        deadly(floor.bridge, at)
        try:
            rounds(floor, floor.keeper(), count=5)
        except Killed:
            killed += 1
        alive(floor.bridge)
        if killed % 2:
            floor.bridge.mine()  # what it left behind may be mined before the successor starts, or not
        rounds(floor, floor.keeper(), count=5)
        assert floor.state() == expected, at
        assert not floor.bridge.pool
    assert killed > KILLS // 2


# --- reorgs ----------------------------------------------------------------------------------------------


def test_reorg__blocks_taken_back__done_again():
    floor = Floor.build([(29_000, 1)] * 3)
    bot = floor.keeper()
    floor.core.price(33_000)
    point = floor.bridge.fork()
    rounds(floor, bot, count=2)
    assert len(floor.live()) == 3
    floor.bridge.reorg(point)
    assert floor.live() == []
    rounds(floor, bot, count=2)
    assert len(floor.live()) == 3
    assert bot.metrics.total("reorged") == 3


def test_snapshot__block_replaced_while_reading__read_again():
    floor = Floor.build([(29_000, 1)])
    bot = floor.keeper()
    floor.core.price(33_000)
    real, asked = floor.bridge.read_many, []

    def replaced(calls, **kwargs):
        asked.append(1)
        if len(asked) == 1:
            floor.bridge.salt += 1
        return real(calls, **kwargs)

    floor.bridge.read_many = replaced
    bot.step()
    assert bot.metrics.get("reread") == 1
    assert len(floor.bridge.sent) == 1


def test_snapshot__always_replaced__one_clear_sentence():
    floor = Floor.build([(29_000, 1)])
    bot = floor.keeper()
    real = floor.bridge.read_many

    def replaced(calls, **kwargs):
        floor.bridge.salt += 1
        return real(calls, **kwargs)

    floor.bridge.read_many = replaced
    with pytest.raises(StateError, match="was replaced while it was read"):
        bot.step()


# --- the index -------------------------------------------------------------------------------------------


def test_index_lags__list_incomplete__blind_until_it_catches_up():
    floor = Floor.build([(58_000, 2)])
    bot = floor.keeper()
    floor.core.price(33_000)
    every, floor.holdings.every = floor.holdings.every, floor.holdings.every[:1]
    rounds(floor, bot)
    assert floor.live() == []
    assert bot.metrics.get("blind") == 1
    assert bot.metrics.total("refused") == 0
    floor.holdings.every = every
    rounds(floor, bot)
    assert len(floor.live()) == 2


def test_holdings__of_events_and_of_lists__answer_alike():
    floor = Floor.build([(29_000, 1), (58_000, 2)])
    names = floor.holdings.accounts()

    class Desk:
        def accounts(self, block="latest"):
            return names

        def nfts_of(self, account, block="latest"):
            return floor.holdings.refs([account])[account]

    listed = ListedHoldings(floor.holdings.refs(names))
    assert DeskHoldings(Desk()).refs(names) == listed.refs(names) == floor.holdings.refs(names)
    assert list(DeskHoldings(Desk()).accounts()) == list(listed.accounts()) == names
    assert listed.refs([names[0].lower()])[names[0].lower()] == listed.refs(names)[names[0]]


# --- decide against the desk -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_decide__random_prices__what_it_wants_is_accepted_and_what_it_leaves_is_refused(seed):
    """Both directions: every flag and liquidation it asks for succeeds, every other one reverts."""
    floor = Floor.build(crowd(6, seed=4 + seed))
    core, bot = floor.core, floor.keeper(only_at_risk=False)
    rng = random.Random(91 + seed)
    tried = 0
    for _ in range(25):
        core.price(rng.randint(26_000, 44_000))
        core.driver.warp(rng.choice([1, HOUR, 3 * HOUR, 6 * HOUR]))
        snapshot = bot.look()
        decision = decide(snapshot, Params(), core.driver.timestamp)
        wanted = {(a.kind, a.account) for a in decision.actions if a.kind in (Kind.FLAG, Kind.LIQUIDATE)}
        for who in floor.borrowers:
            held = core.sorted(floor.holdings.refs([who.address])[who.address])
            state = core.desk.accountOf(who)
            straight = (Kind.LIQUIDATE, who.address) in wanted
            for kind, call in (
                (Kind.FLAG, floor.group.desk.flag(who.address)),
                (Kind.LIQUIDATE, floor.group.desk.liquidate(who.address, held)),
            ):
                try:
                    floor.bridge.read(call, sender=BOTS[0].address)
                    accepted = True
                except StateError:
                    accepted = False
                # who goes straight to auction, or is there with everything, needs no notice
                useless = kind is Kind.FLAG and (straight or state.liveCount == state.nftCount)
                assert ((kind, who.address) in wanted) == (accepted and not useless), (kind, who)
                tried += accepted
        bot.sender.step(decision.actions)
        floor.bridge.mine()
        for ref in floor.live()[:1]:
            debt, health = core.desk.healthOf(core.desk.pledgeOf(*ref).owner)
            if debt > health.limit:
                core.take(ref, TAKER)
    assert tried >= 10
