"""The drivers behave like a chain: what pyrevm gets wrong by itself is put right."""

import pytest

from tests.conftest import make_driver
from tests.helpers.accounts import Account
from tests.helpers.evm import CODE_SIZE_LIMIT, ETHER, GENESIS_TIME, PyrevmDriver, Revert, halts, reverts

supplier, keeper = Account("supplier"), Account("keeper")

# no calldata: return TLOAD(0); otherwise TSTORE(0, word 0), and fail when word 1 is set
TRANSIENT = bytes.fromhex("36600f5760005c60005260206000f35b60003560005d602035601e57005bfe")
# return NUMBER, TIMESTAMP, CHAINID
CLOCK = bytes.fromhex("43600052426020524660405260606000f3")


@pytest.fixture(params=["pyrevm", "anvil"])
def driver(request):
    made = make_driver(request.param)
    yield made
    made.close()


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_transient_storage__next_transaction__is_empty(driver):
    cell = driver.deploy_code(TRANSIENT)
    driver.transact(keeper.address, cell, word(9))
    assert driver.read(keeper.address, cell, b"") == word(0)


def test_transient_storage__after_failed_transaction__is_empty(driver):
    cell = driver.deploy_code(TRANSIENT)
    with halts():
        driver.transact(keeper.address, cell, word(9) + word(1))
    assert driver.simulate(keeper.address, cell, b"") == word(0)
    driver.simulate(keeper.address, cell, word(7))
    assert driver.read(keeper.address, cell, b"") == word(0)


def test_failed_call__leaves_no_trace_but_its_block(driver):
    asset = driver.deploy("MockAsset", 18)
    asset.mint(supplier, 10, sender=supplier)
    before, block, timestamp = driver.dump(asset), driver.block, driver.timestamp
    with reverts("InsufficientBalance"):
        asset.transfer(keeper, 11, sender=supplier)
    assert driver.dump(asset) == before
    assert (driver.block, driver.timestamp) == (block + 1, timestamp + 1)
    tx = asset.transfer(keeper, 10, sender=supplier)
    assert [e.amount for e in tx.events] == [10]


def test_failed_inner_call__its_logs_are_dropped(driver):
    probe, asset = driver.deploy("CallbackProbe"), driver.deploy("MockAsset", 18)
    asset.mint(probe, 10, sender=supplier)
    give = (asset, 0, asset.transfer.data(keeper, 1), False)
    fail = (probe, 0, probe.executeAll.data([give, (asset, 0, asset.transfer.data(keeper, 99), True)]), False)
    tx = probe.executeAll([give, fail], sender=supplier)
    assert [e.amount for e in tx.events] == [1]
    assert asset.balanceOf(keeper) == 1


def test_clock__transaction_and_view_see_the_next_block(driver):
    clock = driver.deploy_code(CLOCK)
    driver.warp(1_000)
    block, timestamp = driver.block, driver.timestamp
    expected = word(block) + word(timestamp) + word(31337)
    assert driver.read(keeper.address, clock, b"") == expected
    tx = driver.transact(keeper.address, clock, b"")
    assert tx.output == expected
    assert (tx.block, tx.timestamp, driver.block, driver.timestamp) == (
        block,
        timestamp,
        block + 1,
        timestamp + 1,
    )
    driver.mine(5)
    assert driver.read(keeper.address, clock, b"") == word(block + 6) + word(timestamp + 6) + word(31337)


def test_revert__state_time_block_and_balances_come_back(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 5)
    driver.set_balance(supplier, 10 * ETHER)
    state, block, timestamp = driver.dump(feed), driver.block, driver.timestamp
    mark = driver.snapshot()
    driver.send_value(supplier, keeper, 3 * ETHER)
    driver.set_balance(supplier, ETHER)
    driver.send_value(supplier, keeper, ETHER // 2)
    driver.warp(86_400)
    feed.set(6, sender=keeper)
    mark = driver.restore(mark)
    assert (driver.dump(feed), driver.block, driver.timestamp) == (state, block, timestamp)
    assert (driver.balance(supplier), driver.balance(keeper)) == (10 * ETHER, 0)
    tx = feed.set(7, sender=keeper)
    assert (tx.block, tx.timestamp, feed.updatedAt()) == (block, timestamp, timestamp)
    driver.revert(mark)
    assert feed.answer() == 5
    with pytest.raises(ValueError, match="not open"):
        driver.revert(mark)


def test_snapshots__older_one_reverts_the_younger_too(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    outer = driver.snapshot()
    feed.set(2, sender=keeper)
    inner = driver.snapshot()
    feed.set(3, sender=keeper)
    driver.revert(outer)
    assert feed.answer() == 1
    with pytest.raises(ValueError, match="not open"):
        driver.revert(inner)


def test_gas_limit__is_enforced(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    with halts("OutOfGas"):
        feed.set(2, sender=keeper, gas=24_000)
    feed.setMode(3, sender=keeper)
    with halts("OutOfGas"):
        feed.latestRoundData()
    assert feed.answer() == 1


@pytest.mark.parametrize("size", [CODE_SIZE_LIMIT - 1, CODE_SIZE_LIMIT])
def test_code_size__within_limit__deploys(driver, size):
    assert len(driver.code(driver.deploy_code(bytes(size)))) == size


def test_code_size__one_above_limit__halts(driver):
    with halts("CreateContractSizeLimit"):
        driver.deploy_code(bytes(CODE_SIZE_LIMIT + 1))


def test_predict__deployments_in_a_row__addresses_match(driver):
    first, second, third = driver.predict(3)
    made = [driver.deploy("MockNft"), driver.deploy("MockAsset", 6), driver.deploy("MockNft")]
    assert [c.address for c in made] == [first, second, third]


def test_same_block__two_transactions__share_number_and_time(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    block, timestamp = driver.block, driver.timestamp
    with driver.same_block():
        one = feed.set(2, sender=supplier)
        assert feed.answer() == 2
        two = feed.set(3, sender=keeper)
        with reverts("Unavailable"):
            feed.setMode(1, sender=keeper)
            feed.latestRoundData()
    assert (one.block, two.block, one.timestamp, two.timestamp) == (block, block, timestamp, timestamp)
    assert (driver.block, driver.timestamp) == (block + 1, timestamp + 1)
    assert [e.current for tx in (one, two) for e in tx.events] == [2, 3]


def test_constructor__reverting__decoded(driver):
    with reverts("ERC721InvalidReceiver") as caught:
        driver.deploy("MockPunks", "a", "b").mint("0x" + "00" * 20, 1, sender=keeper)
    assert caught.params == {"receiver": "0x" + "00" * 20}


def test_call__no_sender_for_a_transaction__says_so(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    with pytest.raises(TypeError, match="say sender="):
        feed.set(2)
    with pytest.raises(TypeError, match="takes 1 arguments, 2 given"):
        feed.set(2, 3, sender=keeper)
    with pytest.raises(AttributeError, match="has no function"):
        feed.sett(2)


def test_value__no_funds__halts(driver):
    with pytest.raises(Revert, match=r"(?i)fund"):
        driver.send_value(supplier, keeper, 1)


def test_genesis__time_is_the_same_on_all_drivers(driver):
    assert (driver.block, driver.timestamp) == (1, GENESIS_TIME + 1)


def test_pyrevm_gas__is_never_reported():
    driver = PyrevmDriver()
    asset = driver.deploy("MockAsset", 18)
    assert asset.mint(supplier, 1, sender=supplier).gas_used is None


def test_pyrevm_snapshots__many_restores__stay_cheap_and_correct():
    driver = PyrevmDriver()
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    mark = driver.snapshot()
    for i in range(3_000):  # three times the depth at which leaked snapshots break the EVM
        feed.set(i, sender=keeper)
        mark = driver.restore(mark)
    assert feed.answer() == 1
    assert driver.timestamp == GENESIS_TIME + 2


def test_pyrevm_results__older_transaction_keeps_its_logs():
    driver = PyrevmDriver()
    feed = driver.deploy("MockAggregatorV3", 8, 1)
    first = feed.set(2, sender=keeper)
    feed.set(3, sender=keeper)
    assert [e.current for e in first.events] == [2]
