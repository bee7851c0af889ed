"""The sender: simulated, capped, bumped on the same nonce, replaced when something better turns up."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.helpers.bridge import GWEI
from tests.python.keepers.desks import BOTS, SPENDING, Floor
from vitrine.chain.rpc import RpcError
from vitrine.keepers.actions import Action, Kind, to_call
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.sender import ActionSender

ETHER = 10**18


@pytest.fixture
def floor():
    made = Floor.build([(29_000, 1)] * 4)
    made.core.price(34_000)
    return made


def sender(floor, **changes):
    return ActionSender(
        floor.bridge,
        lambda action: to_call(action, floor.group, BOTS[0].address),
        BOTS[0].address,
        replace(SPENDING, **changes),
        Metrics("sender"),
    )


def start(floor, index, loss=0.0, reward=0):
    who = floor.borrowers[index].address
    refs = floor.core.sorted(floor.holdings.refs([who])[who])
    return Action(Kind.LIQUIDATE, (who,), tuple(refs), 0, loss, reward)


def test_cap__reward_and_loss__least_plus_worth_within_most():
    spending = replace(SPENDING, wei_per_unit=Fraction(2), least_wei=100, most_wei=1_000, loss_share_bps=100)
    assert spending.cap(Action(Kind.FLAG)) == 100
    assert spending.cap(Action(Kind.FLAG, reward=50)) == 200
    assert spending.cap(Action(Kind.FLAG, expected_loss=5_000.0)) == 200
    assert spending.cap(Action(Kind.FLAG, reward=10**9)) == 1_000


def test_step__due_action__mined_once_and_counted(floor):
    keeper = sender(floor)
    [flight] = keeper.step([start(floor, 0)])
    floor.bridge.mine()
    keeper.step([start(floor, 0)])
    assert floor.core.desk.accountOf(floor.borrowers[0]).liveCount == 1
    assert keeper.metrics.get("done", kind="liquidate") == 1
    assert keeper.spent == 100_000 * flight.price
    assert len(floor.bridge.sent) == 1


def test_step__action_not_due__refused_in_simulation_and_free(floor):
    keeper = sender(floor)
    assert keeper.step([Action(Kind.CLEAR, (floor.borrowers[0].address,)), start(floor, 0)])
    healthy = Action(Kind.FLAG, (BOTS[2].address,))
    assert keeper.step([healthy]) == []
    assert keeper.metrics.get("refused", kind="flag", reason="NotWarnable") == 1
    assert keeper.spent == 0


def test_step__gas_above_the_worth__not_sent(floor):
    keeper = sender(floor, least_wei=600_000 * GWEI * 12 // 10 - 1)
    assert keeper.step([start(floor, 0)]) == []
    assert keeper.metrics.get("too_dear", kind="liquidate") == 1
    keeper = sender(floor, least_wei=600_000 * GWEI * 12 // 10)
    assert len(keeper.step([start(floor, 0)])) == 1


def test_bump__not_mined_for_two_blocks__same_nonce_dearer(floor):
    keeper = sender(floor)
    floor.bridge.least_price = 3 * GWEI // 2
    [flight] = keeper.step([start(floor, 0)])
    first = flight.price
    for _ in range(8):
        floor.bridge.mine()
        keeper.step([start(floor, 0)])
    assert floor.core.desk.accountOf(floor.borrowers[0]).liveCount == 1
    prices = [item.price for item in floor.bridge.sent]
    assert prices == sorted(set(prices)) and prices[0] == first
    assert all(b * 10 >= a * 11 for a, b in itertools.pairwise(prices))
    assert floor.bridge.mined_nonce(BOTS[0].address) == 1


def test_bump__cap_reached__given_up_and_its_nonce_goes_to_a_better_action(floor):
    keeper = sender(floor, least_wei=600_000 * GWEI * 2, most_wei=ETHER)
    floor.bridge.least_price = 100 * GWEI
    keeper.step([start(floor, 0)])
    for _ in range(12):
        floor.bridge.mine()
        keeper.step([start(floor, 0)])
    assert keeper.metrics.get("outbid", kind="liquidate") >= 1
    floor.bridge.least_price = 0
    floor.bridge.price = 3 * GWEI
    [better] = keeper.step([start(floor, 1, reward=100 * 10**6)])
    assert better.nonce == 0
    floor.bridge.mine()
    lives = [floor.core.desk.accountOf(who).liveCount for who in floor.borrowers[:2]]
    assert lives == [0, 1]
    assert floor.bridge.mined_nonce(BOTS[0].address) == 1


def test_bump__a_rival_did_it__superseded_not_bumped(floor):
    keeper = sender(floor)
    floor.bridge.least_price = 10 * GWEI
    keeper.step([start(floor, 0)])
    floor.core.liquidate([start(floor, 0).nfts[0]], floor.borrowers[0])
    for _ in range(4):
        floor.bridge.mine()
        keeper.step([])
    assert keeper.metrics.get("superseded", kind="liquidate") == 1
    assert len(floor.bridge.sent) == 1
    [other] = keeper.step([start(floor, 1)])
    assert other.nonce == 0


def test_successor__old_transaction_waits__outbid_at_the_same_nonce(floor):
    floor.bridge.least_price = 5 * GWEI
    sender(floor).step([start(floor, 0)])
    successor = sender(floor)
    [flight] = successor.step([start(floor, 1)])
    assert flight.nonce == 0
    assert len(floor.bridge.pool) == 1
    floor.bridge.least_price = 0
    floor.bridge.mine()
    assert floor.core.desk.accountOf(floor.borrowers[1]).liveCount == 1
    assert floor.core.desk.accountOf(floor.borrowers[0]).liveCount == 0


def test_in_flight__more_actions_than_allowed__the_rest_waits(floor):
    keeper = sender(floor, in_flight=2)
    actions = [start(floor, i) for i in range(4)]
    assert len(keeper.step(actions)) == 2
    assert keeper.metrics.get("held_back", kind="liquidate") == 2
    floor.bridge.mine()
    assert [f.action for f in keeper.step(actions)] == actions[2:]
    assert [f.nonce for f in keeper.flights[-2:]] == [2, 3]


def test_node_trouble__refusal_without_a_revert__passed_on(floor):
    keeper = sender(floor)

    def broken(*_, **__):
        raise RpcError("The node refused eth_sendTransaction: insufficient funds")

    floor.bridge.submit = broken
    with pytest.raises(RpcError, match="insufficient funds"):
        keeper.step([start(floor, 0)])


def test_settle__nonce_used_by_another_process__forgotten(floor):
    keeper = sender(floor)
    keeper.step([start(floor, 0)])
    floor.bridge.pool.clear()
    rival = sender(floor)
    rival.step([start(floor, 1)])
    floor.bridge.mine()
    keeper.step([])
    assert keeper.flights == []
    assert keeper.metrics.get("displaced", kind="liquidate") == 1


def test_finish__mined_or_not__tells_and_counts(floor):
    keeper = sender(floor)
    keeper.step([start(floor, 0)])
    assert not keeper.finish(seconds=0)
    floor.bridge.mine()
    assert keeper.finish(seconds=0)
    assert keeper.metrics.get("done", kind="liquidate") == 1
    assert sender(floor).finish()
