"""The liquidator through the real client on a real node: blocks, a mempool, replacements."""

import time
from collections.abc import Iterator

import pytest

from tests.helpers.anvil import AnvilDriver
from tests.python.keepers.desks import BOTS, Floor
from vitrine.chain.client import Chain
from vitrine.keepers.actions import Kind
from vitrine.keepers.decide import Params
from vitrine.keepers.lens import LensReader


@pytest.fixture(scope="module")
def built() -> Iterator[Floor]:
    driver = AnvilDriver()
    made = Floor.build([(29_000, 1), (58_000, 2), (10_000, 1)], driver=driver)
    made.bridge = Chain(driver.url)
    for bot in BOTS:
        made.bridge.fund(bot.address, 10**18)
    yield made
    made.bridge.rpc.close()
    driver.close()


@pytest.fixture
def floor(built: Floor) -> Iterator[Floor]:
    mark = built.core.driver.snapshot()
    yield built
    built.core.driver.revert(mark)


def pool(floor: Floor) -> int:
    status = floor.bridge.rpc.call("txpool_status")
    return int(status["pending"], 16) + int(status["queued"], 16)


def mined(floor: Floor) -> None:
    """Waits until the node has mined what it was given: it does so in its own time."""
    while pool(floor):
        time.sleep(0.01)
    floor.core.driver.sync()


def test_liquidator__price_falls__auctions_run(floor: Floor) -> None:
    bot = floor.keeper()
    floor.core.price(34_000)
    decision = bot.step()
    assert [action.kind for action in decision.actions] == [Kind.LIQUIDATE, Kind.LIQUIDATE]
    mined(floor)
    assert len(floor.live()) == 3
    bot.step()
    assert bot.metrics.get("done", kind="liquidate") == 2
    assert bot.metrics.total("failed") == 0


def test_liquidator__killed_with_transactions_waiting__successor_takes_their_nonces(floor: Floor) -> None:
    floor.core.price(34_000)
    floor.bridge.rpc.call("evm_setAutomine", False)
    floor.keeper(params=Params(max_actions=1)).step()  # and dies
    assert pool(floor) == 1
    successor = floor.keeper()
    successor.step()
    assert pool(floor) == 2
    floor.bridge.rpc.call("evm_mine")
    floor.bridge.rpc.call("evm_setAutomine", True)
    mined(floor)
    assert len(floor.live()) == 3
    successor.step()
    assert successor.metrics.get("done", kind="liquidate") == 2


def test_liquidator__two_on_one_node__loser_fails_or_is_refused(floor: Floor) -> None:
    floor.core.price(34_000)
    one, other = floor.keeper(0), floor.keeper(1)
    floor.bridge.rpc.call("evm_setAutomine", False)
    one.step()
    other.step()
    floor.bridge.rpc.call("evm_mine")
    floor.bridge.rpc.call("evm_setAutomine", True)
    mined(floor)
    one.step()
    other.step()
    assert len(floor.live()) == 3
    assert one.metrics.total("done") == 2
    assert other.metrics.total("done") == 0
    assert other.metrics.total("failed") + other.metrics.total("refused") == 2


def test_lens__pages_of_one_block__agree_with_the_desk(floor: Floor) -> None:
    reader = LensReader(floor.bridge, floor.lens, page=2)
    number = floor.bridge.block_number()
    addresses = [who.address for who in floor.borrowers]
    head, accounts = reader.accounts(addresses, number)
    assert head.block == number
    market = reader.market(number)
    assert (market.block, market.timestamp) == (head.block, head.timestamp)
    for row, who in enumerate(floor.borrowers):
        assert tuple(accounts.account(row)) == tuple(floor.core.desk.accountOf(who))
