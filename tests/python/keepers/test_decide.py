"""decide(): what is due, in which order, and nothing else."""

import random

import pytest

from tests.python.keepers.worlds import (
    DAY,
    FLOOR,
    HOUR,
    KEEPER,
    NFT,
    NOW,
    ONE,
    TIER,
    World,
    market,
    notice,
    place,
)
from vitrine.keepers.actions import Kind
from vitrine.keepers.decide import Decision, Params, Taking, decide
from vitrine.models import desk
from vitrine.models.desk import DISTRESSED, MARKED, NOTICE, Mark
from vitrine.models.quotes import OracleState

LIMIT = FLOOR * 75 // 100
WARN = LIMIT - FLOOR * 7 // 100
CALM = LIMIT - FLOOR * 10 // 100
RECOVERED = LIMIT - FLOOR * 5 // 100
CRITICAL = (LIMIT + FLOOR * 85 // 100) // 2
DEEP = FLOOR * 85 // 100


def kinds(decision: Decision) -> list[Kind]:
    return [action.kind for action in decision.actions]


def only(world: World, *wanted: Kind, now: int = NOW, **params: object) -> Decision:
    return decide(world.snapshot(), Params(kinds=frozenset(wanted or Kind), **params), now)


# --- warn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("debt", "due"), [(WARN - 1, False), (WARN, True), (WARN + 1, True)])
def test_flag__debt_around_the_warning_line__from_the_line_upward(debt, due):
    world = World()
    name = world.account(debt)
    decision = only(world, Kind.FLAG)
    assert [(a.kind, a.account) for a in decision.actions] == ([(Kind.FLAG, name)] if due else [])
    assert decision.warnable == due


@pytest.mark.parametrize(
    ("age", "due"), [(0, False), (desk.NOTICE_LIFE, False), (desk.NOTICE_LIFE + 1, True)]
)
def test_flag__notice_there__only_once_it_died(age, due):
    world = World()
    world.account(WARN, flags=NOTICE, notice=notice(age))
    assert (kinds(only(world)) == [Kind.FLAG]) == due


def test_flag__stale_price_or_pause__nothing():
    stale = World(market(place(state=OracleState.STALE)))
    stale.account(WARN)
    paused = World(market(paused=True))
    paused.account(CRITICAL + 1)
    assert kinds(only(stale)) == []
    assert kinds(only(paused, Kind.FLAG, Kind.LIQUIDATE, Kind.RESTART)) == []


# --- liquidate -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("debt", "due"), [(LIMIT - 1, False), (LIMIT, True), (LIMIT + 1, True)])
def test_liquidate__ripe_notice__from_the_limit_upward(debt, due):
    world = World()
    name = world.account(debt, flags=NOTICE, notice=notice(6 * HOUR))
    decision = only(world)
    assert [a.account for a in decision.actions] == ([name] if due else [])
    if due:
        assert decision.actions[0].nfts == tuple(nft.ref for nft in world.nfts[name])


@pytest.mark.parametrize(("age", "due"), [(6 * HOUR - 1, False), (6 * HOUR, True), (desk.NOTICE_LIFE, True)])
def test_liquidate__notice_ages__not_before_the_grace(age, due):
    world = World()
    world.account(LIMIT, flags=NOTICE, notice=notice(age))
    assert (kinds(only(world)) == [Kind.LIQUIDATE]) == due


@pytest.mark.parametrize(("debt", "due"), [(CRITICAL, False), (CRITICAL + 1, True)])
def test_liquidate__no_notice__strictly_above_critical(debt, due):
    world = World()
    world.account(debt)
    assert kinds(only(world, Kind.FLAG, Kind.LIQUIDATE)) == [Kind.LIQUIDATE if due else Kind.FLAG]


@pytest.mark.parametrize(("since", "due"), [(6 * HOUR - 1, False), (6 * HOUR, True)])
def test_liquidate__after_a_pause__grace_first(since, due):
    world = World(market(resumed_at=NOW - since))
    world.account(CRITICAL + 1)
    assert (Kind.LIQUIDATE in kinds(only(world))) == due


def test_liquidate__round_of_this_second__waits():
    fresh = place()._replace(quote=place().quote._replace(posted_at=NOW))
    world = World(market(fresh))
    world.account(CRITICAL + 1)
    assert kinds(only(world, Kind.LIQUIDATE)) == []
    assert kinds(only(world, Kind.LIQUIDATE, now=NOW + 1)) == [Kind.LIQUIDATE]


def test_liquidate__list__all_nfts_ascending_by_collection_then_token():
    world = World(market(place(), place(index=1)))
    pieces = [world.nft(1), world.nft(0), world.nft(1), world.nft(0)]
    name = world.account(4 * CRITICAL + 9, pieces)
    [action] = only(world, Kind.LIQUIDATE).actions
    assert list(action.nfts) == sorted((n.ref for n in pieces), key=lambda r: (int(r[0], 16), r[1]))
    assert action.account == name


def test_liquidate__unknown_nfts__reported_as_blind_not_sent():
    world = World()
    name = world.account(CRITICAL + 1, known=False)
    decision = only(world, Kind.LIQUIDATE)
    assert decision.actions == []
    assert decision.blind == (name,)


def test_liquidate__auctions_under_way_suffice__nothing_more():
    world = World()
    pieces = [world.nft(started_at=NOW - 60), *(world.nft() for _ in range(4))]
    world.account(5 * LIMIT, pieces, flags=NOTICE, notice=notice(7 * HOUR))
    assert kinds(only(world, Kind.LIQUIDATE)) == [Kind.LIQUIDATE]  # one is not enough at 75 %
    world = World()
    pieces = [*(world.nft(started_at=NOW - 60) for _ in range(3)), world.nft(), world.nft()]
    world.account(5 * LIMIT, pieces, flags=NOTICE, notice=notice(7 * HOUR))
    assert kinds(only(world, Kind.LIQUIDATE)) == []


def test_liquidate__slots_run_out__the_worst_accounts_get_them():
    tier = TIER._replace(max_live=2)
    world = World(market(place(tier=tier)))
    names = [world.account(DEEP + i * ONE) for i in (1, 3, 2)]
    decision = only(world, Kind.LIQUIDATE)
    assert [a.account for a in decision.actions] == [names[1], names[2]]


def test_liquidate__start_tip_taken_today__no_reward_expected():
    world = World()
    taken = notice(6 * HOUR, starter=KEEPER, started_at=NOW - DAY + 1)
    again = notice(6 * HOUR, starter=KEEPER, started_at=NOW - DAY)
    world.account(LIMIT, flags=NOTICE, notice=taken)
    world.account(LIMIT, flags=NOTICE, notice=again)
    rewards = {a.account: a.reward for a in only(world, Kind.LIQUIDATE).actions}
    assert [rewards[row[0]] for row in world.rows] == [0, 100 * ONE]


# --- order -----------------------------------------------------------------------------------------------


def test_order__mixed_accounts__by_expected_loss_descending():
    rng = random.Random(81)
    world = World()
    for _ in range(60):
        count = rng.randint(1, 5)
        world.account(rng.randint(WARN, DEEP + 9_000 * ONE) * count, count)
    decision = only(world, Kind.LIQUIDATE, Kind.FLAG)
    losses = [a.expected_loss for a in decision.actions]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 60
    deepest = max(world.rows, key=lambda row: row[1].debt_shares / 1_000 - row[1].nft_count * DEEP)
    assert decision.actions[0].account == deepest[0]


def test_order__same_snapshot_twice__same_actions():
    rng = random.Random(82)
    world = World()
    for _ in range(200):
        world.account(rng.randint(CALM, DEEP + ONE), 1)
    first, second = only(world), only(world)
    assert first == second
    assert [str(a) for a in first.actions] == [str(a) for a in second.actions]


def test_max_actions__many_due__the_most_urgent_ones():
    world = World()
    for i in range(50):
        world.account(DEEP + i * ONE)
    decision = only(world, Kind.LIQUIDATE, max_actions=5)
    assert len(decision.actions) == 5
    everything = only(world, Kind.LIQUIDATE)
    assert decision.actions == everything.actions[:5]


# --- clear and reclaim -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("debt", "due"), [(CALM - 1, True), (CALM, False)])
def test_clear__debt_around_the_calm_line__below_it(debt, due):
    world = World()
    world.account(debt, flags=NOTICE, notice=notice(HOUR))
    assert (kinds(only(world)) == [Kind.CLEAR]) == due


def test_clear__dead_notice_below_the_warning_line__closed():
    world = World()
    world.account(WARN - 1, flags=NOTICE, notice=notice(desk.NOTICE_LIFE + 1))
    assert kinds(only(world)) == [Kind.CLEAR]


@pytest.mark.parametrize(("debt", "due"), [(2 * RECOVERED, True), (2 * RECOVERED + 1, False)])
def test_reclaim__debt_around_the_recovered_line__up_to_it(debt, due):
    world = World()
    live = world.nft(started_at=NOW - 60)
    world.account(debt, [live, world.nft()])
    decision = only(world, Kind.RECLAIM)
    assert [a.nfts for a in decision.actions] == ([(live.ref,)] if due else [])


# --- marks -----------------------------------------------------------------------------------------------


def test_mark__debt_above_the_collateral__marked_once():
    world = World()
    name = world.account(DEEP + 1_000 * ONE)
    world.account(DEEP - ONE)
    [action] = only(world, Kind.MARK).actions
    assert action.accounts == (name,)
    assert action.expected_loss == pytest.approx(1_000 * ONE, rel=1e-9)
    again = World()
    again.account(DEEP + 1_000 * ONE, flags=MARKED, mark=Mark((DEEP + 1_000 * ONE) * 1_000, DEEP))
    assert only(again, Kind.MARK).actions == []


def test_mark__recovered__taken_off():
    world = World()
    world.account(DEEP // 2, flags=MARKED, mark=Mark(DEEP // 2 * 1_000, DEEP // 4))
    [action] = only(world, Kind.MARK).actions
    assert action.expected_loss == pytest.approx(DEEP // 2 - DEEP // 4, rel=1e-9)


def test_mark__stale_price__unmarked_stay_unmarked():
    world = World(market(place(state=OracleState.STALE)))
    world.account(DEEP + 1_000 * ONE)
    world.account(DEEP + 900 * ONE, flags=MARKED, mark=Mark((DEEP + 900 * ONE) * 1_000, DEEP))
    assert only(world, Kind.MARK).actions == []


def test_mark__hundreds__batched_worst_first():
    world = World()
    for i in range(100):
        world.account(DEEP + (i + 1) * 100 * ONE)
    actions = only(world, Kind.MARK).actions
    assert [len(a.accounts) for a in actions] == [40, 40, 19]  # the least is below the step
    assert actions[0].accounts[0] == world.rows[-1][0]


@pytest.mark.parametrize(("age", "due"), [(7 * HOUR, False), (7 * HOUR + 1, True)])
def test_mark_distressed__auction_past_its_band__told_once(age, due):
    world = World()
    live = world.nft(started_at=NOW - age)
    world.account(DEEP, [live])
    found = only(world, Kind.MARK_DISTRESSED).actions
    assert [a.nfts for a in found] == ([(live.ref,)] if due else [])
    told = World()
    told.account(DEEP, [told.nft(started_at=NOW - age)], flags=DISTRESSED)
    assert only(told, Kind.MARK_DISTRESSED).actions == []


# --- auctions that stand ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "due"), [(DAY - 1, False), (DAY, True)])
def test_restart__auction_of_a_day__anew(age, due):
    world = World()
    live = world.nft(started_at=NOW - age)
    world.account(DEEP, [live])
    assert [a.nfts for a in only(world, Kind.RESTART).actions] == ([(live.ref,)] if due else [])


def test_restamp__expired_appraisal_above_the_floor__told():
    world = World()
    old = world.nft(units=250, expires_at=NOW - 1)
    pieces = [old, world.nft(units=250, expires_at=NOW + 9), world.nft(expires_at=NOW - 1)]
    world.account(LIMIT, pieces)
    [action] = only(world, Kind.RESTAMP).actions
    assert action.nfts == (old.ref,)
    assert action.expected_loss == FLOOR * 150 / 100


def test_fill_queue__requests_and_cash__last_of_all():
    world = World(market(queued_shares=5, cash=7))
    world.account(CRITICAL + 1)
    assert kinds(only(world))[-1] == Kind.FILL_QUEUE
    assert Kind.FILL_QUEUE not in kinds(only(World(market(queued_shares=5))))
    assert Kind.FILL_QUEUE not in kinds(only(World(market(cash=5))))


# --- buying ----------------------------------------------------------------------------------------------


def test_take__no_wish_to_buy__never():
    world = World()
    world.account(DEEP, [world.nft(started_at=NOW - 5 * HOUR)])
    assert Kind.TAKE not in kinds(only(world))


def test_take__prices_below_the_limit__cheapest_first_within_the_budget():
    world = World()
    lots = [world.nft(started_at=NOW - age * HOUR) for age in (1, 4, 6, 7)]
    for lot in lots:
        world.account(2 * DEEP, [lot])
    taking = Taking(budget=2 * FLOOR * 9 // 10, max_bps=9_000)
    actions = only(world, Kind.TAKE, taking=taking).actions
    assert [a.nfts[0] for a in actions] == [lots[3].ref, lots[2].ref]
    assert all(a.amount == FLOOR * 9 // 10 for a in actions)
    assert [a.reward for a in actions] == sorted((a.reward for a in actions), reverse=True)


def test_take__first_sale_heals_the_account__second_is_left():
    world = World()
    lots = [world.nft(started_at=NOW - 7 * HOUR) for _ in range(2)]
    world.account(2 * RECOVERED + FLOOR // 100, lots)
    taking = Taking(budget=10 * FLOOR, max_bps=10_000)
    assert len(only(world, Kind.TAKE, taking=taking).actions) == 1


def test_take__recovered_account__nothing():
    world = World()
    world.account(RECOVERED, [world.nft(started_at=NOW - 7 * HOUR)])
    assert only(world, Kind.TAKE, taking=Taking(10 * FLOOR, 10_000)).actions == []


# --- as a whole ------------------------------------------------------------------------------------------


def test_decide__empty_market__nothing():
    assert only(World()).actions == []


def test_decide__interest_until_the_block__conservative():
    """Debt of the snapshot is at most that of the block it lands in: what is due stays due."""
    world = World()
    world.account(LIMIT, flags=NOTICE, notice=notice(6 * HOUR - 12))
    assert kinds(only(world, now=NOW)) == []
    assert kinds(only(world, now=NOW + 12)) == [Kind.LIQUIDATE]


def test_decide__snapshot_untouched__pure():
    world = World(market(place(), place(index=1)))
    for i in range(20):
        world.account(CRITICAL + i, [world.nft(i % 2), world.nft(started_at=NOW - i * HOUR)])
    snapshot = world.snapshot()
    before = (
        snapshot.market,
        dict(snapshot.nfts),
        dict(snapshot.auctions),
        snapshot.accounts._bytes.tobytes(),
    )
    decide(snapshot, Params(taking=Taking(10**12, 9_500)), NOW + 5)
    assert before == (
        snapshot.market, dict(snapshot.nfts), dict(snapshot.auctions), snapshot.accounts._bytes.tobytes()
    )  # fmt: skip
    assert NFT[0] == snapshot.market.places[0].collection
