"""Readings of exit depth and of averages: when they are due, and that two keepers take them once."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest

from tests.helpers import artifacts
from tests.helpers.bridge import Bridge, wrap
from tests.helpers.core import FLOOR, GOVERNOR, HOUR
from tests.helpers.evm import PyrevmDriver
from tests.helpers.protocol import Signals, build_protocol
from tests.python.indexer.market_worlds import Markets, deploy_markets
from tests.python.keepers.desks import BOTS
from vitrine.chain.contract import Interface
from vitrine.errors import ChainError, StateError
from vitrine.keepers import bots
from vitrine.keepers.actions import Action, Kind
from vitrine.keepers.build import depth_keeper_of
from vitrine.keepers.depth import Averaged, DepthKeeper, DepthSnapshot, Gauged, decide
from vitrine.keepers.sender import Spending

NOW = 1_800_000_000
PUNKS, PHUNKS, FEED = ("0x" + digit * 40 for digit in "123")
CALM = Gauged(PUNKS, NOW, 900, 900, True)
READ = Action(Kind.READ_DEPTH, (PUNKS,))


# --- deciding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "due"), [(-1, False), (0, True), (1, True)])
def test_decide__around_the_hour__due_from_it_on(late, due):
    row = replace(CALM, level_at=NOW - HOUR - late)
    assert decide(DepthSnapshot(NOW, (row,)), NOW) == ([READ] if due else [])


def test_decide__never_read__due():
    assert decide(DepthSnapshot(NOW, (replace(CALM, level_at=0, lowest=0),)), NOW) == [READ]


@pytest.mark.parametrize(("more", "due"), [(-1, True), (0, False), (1, False)])
def test_decide__around_the_lowest__a_fall_is_due_at_once(more, due):
    row = replace(CALM, units=CALM.lowest + more)
    assert decide(DepthSnapshot(NOW, (row,)), NOW) == ([READ] if due else [])


def test_decide__depth_unknown__left_even_when_late_and_fallen():
    row = replace(CALM, level_at=0, units=0, complete=False)
    assert decide(DepthSnapshot(NOW, (row,)), NOW) == []


@pytest.mark.parametrize(("kept_at", "due"), [(0, True), (1, False), (NOW, False)])
def test_decide__average__once_per_period(kept_at, due):
    wanted = [Action(Kind.KEEP_AVERAGE, (FEED,))] if due else []
    assert decide(DepthSnapshot(NOW, (), (Averaged(FEED, kept_at),)), NOW) == wanted


def test_decide__several__falls_then_hours_then_averages_each_with_its_own_key():
    late, fallen = replace(CALM, level_at=0), replace(CALM, collection=PHUNKS, units=1)
    found = decide(DepthSnapshot(NOW, (late, fallen), (Averaged(FEED, 0),)), NOW)
    assert [action.account for action in found] == [PHUNKS, PUNKS, FEED]
    assert len({action.key for action in found}) == 3


# --- a chain ------------------------------------------------------------------------------------------------


class Rig:
    """A protocol with one shared pool that counts, its average, and as many keepers as wanted."""

    def __init__(self, decimals: int) -> None:
        p = build_protocol(PyrevmDriver(), f"{decimals}dec")
        self.w: Markets = deploy_markets(p)
        self.p, self.pool = p, self.w.m.pool("shared", "linear", price=FLOOR, nfts=6)
        self.w.lens.setPools(p.nft, [self.pool], sender=GOVERNOR)
        self.feed = p.driver.deploy("PoolTwapFeed", self.w.m.factory, self.pool, 4 * HOUR)
        p.oracle.setPoolFeed(p.nft, self.feed, sender=GOVERNOR)
        p.refresh()
        self.bridge = Bridge(p.driver)

    def keeper(self, index: int = 0) -> DepthKeeper:
        p, most = self.p, 10**17
        return DepthKeeper(
            self.bridge, wrap(self.w.lens), wrap(p.book), wrap(p.oracle),
            Interface("PoolTwapFeed", artifacts.load("PoolTwapFeed").abi), BOTS[index].address,
            Spending(Fraction(0), least_wei=most, most_wei=most),
        )  # fmt: skip

    def bury(self, count: int) -> None:
        """What was mined is so deep that no reorg is expected."""
        for _ in range(count):
            self.bridge.mine()

    def readings(self) -> int:
        return self.w.lens.gaugeOf(self.p.nft).readings


@pytest.fixture(params=[6, 18])
def rig(request):
    return Rig(request.param)


def kinds(actions):
    return [action.kind for action in actions]


def test_step__first_round__reads_and_keeps_then_nothing_until_due(rig):
    keeper = rig.keeper()
    assert rig.readings() == 0
    assert set(kinds(keeper.step())) == {Kind.READ_DEPTH, Kind.KEEP_AVERAGE}
    done = rig.bridge.mine()
    assert done and all(receipt.ok for receipt in done)
    assert rig.readings() == 1
    period = rig.p.driver.timestamp // rig.feed.step()
    assert rig.feed.checkpointIn(period)[0]
    assert keeper.step() == []
    assert rig.keeper(1).step() == []  # another process, which knows nothing of the first
    assert len(rig.bridge.sent) == len(done)


def test_step__a_day_of_hours__enough_readings_for_a_cap(rig):
    keeper = rig.keeper()
    for _ in range(4):
        rig.p.refresh()
        keeper.step()
        rig.bridge.mine()
        rig.p.driver.warp(HOUR)
    assert rig.readings() == 4
    rig.p.refresh()
    assert rig.w.lens.depthUnits(rig.p.nft) > 0


def test_step__depth_falls_within_the_hour__read_at_once(rig):
    keeper, p = rig.keeper(), rig.p
    keeper.step()
    rig.bridge.mine()
    p.post({p.nft: Signals(FLOOR, depth=FLOOR / 2), p.thin: Signals(FLOOR / 4)})
    gauge = rig.w.lens.gaugeOf(p.nft)
    fallen = rig.w.lens.depthNow(p.nft).units
    assert fallen < gauge.lowest
    assert p.driver.timestamp < gauge.levelAt + HOUR
    rig.bury(4)
    assert Action(Kind.READ_DEPTH, (p.nft.address,)) in keeper.step()
    rig.bridge.mine()
    after = rig.w.lens.gaugeOf(p.nft)
    assert (after.readings, after.lowest) == (1, fallen)
    assert Kind.READ_DEPTH not in kinds(rig.keeper(1).step())


def test_step__two_race__both_mined_one_reading(rig):
    one, two = rig.keeper(0), rig.keeper(1)
    assert kinds(one.step()) == kinds(two.step())
    assert all(receipt.ok for receipt in rig.bridge.mine())
    assert rig.readings() == 1


def test_step__price_stale__waits_and_says_so(rig):
    rig.p.driver.warp(48 * HOUR)
    keeper = rig.keeper()
    assert Kind.READ_DEPTH not in kinds(keeper.step())
    assert keeper.metrics.get("unknown") > 0
    assert keeper.metrics.total("refused") == 0


def test_on_depth_block__round_and_trouble__numbers_either_way(rig):
    keeper = rig.keeper()
    first = bots.on_depth_block(keeper)
    assert first["actions"] >= 2 and not first["errors"]

    def gone(*_, **__):
        raise ChainError("The node does not answer", "Try again")

    rig.bridge.block = gone
    assert bots.on_depth_block(keeper) == {"actions": 0.0, "errors": 1.0}


def test_build__record_without_a_lens__one_clear_sentence():
    old = SimpleNamespace(deployment=SimpleNamespace(contracts={}))
    with pytest.raises(StateError, match="has no DepthLens"):
        depth_keeper_of(old, PUNKS)
