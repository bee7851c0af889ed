"""The scripted and hostile doubles misbehave exactly as told."""

import pytest

from tests.helpers.abi import selector
from tests.helpers.accounts import Account, domain
from tests.helpers.evm import ETHER, halts, reverts

supplier, thief, stranger = Account("supplier"), Account("thief"), Account("stranger")


def test_probe_callback__scripted__runs_once_and_records(driver):
    probe, asset = driver.deploy("CallbackProbe"), driver.deploy("HookedAsset", 18)
    asset.mint(supplier, 100, sender=supplier)
    asset.setHooked(probe, True, sender=supplier)
    seen = selector("tokensReceived(address,address,uint256)")
    steps = [
        (asset, 0, asset.balanceOf.data(probe), True),
        (asset, 0, asset.transfer.data(stranger, 30), True),
        (asset, 0, asset.transfer.data(stranger, 300), False),
    ]
    probe.script(seen, steps, sender=supplier)
    asset.transfer(probe, 60, sender=supplier)
    asset.transfer(probe, 40, sender=supplier)
    assert (asset.balanceOf(probe), asset.balanceOf(stranger)) == (70, 30)
    assert (probe.outcomes(), probe.calls()) == (3, 3)  # received, sent, received
    assert int.from_bytes(probe.outcome(0).output, "big") == 60
    assert [probe.outcome(i).success for i in range(3)] == [True, True, False]
    assert probe.callAt(0).caller == asset.address


def test_probe_static_callback__answers_without_recording(driver):
    probe = driver.deploy("CallbackProbe")
    magic = selector("onERC721Received(address,address,uint256,bytes)")
    assert driver.read(stranger.address, probe.address, magic).hex() == magic.hex() + "00" * 28
    assert probe.calls() == 0


def test_probe_modes__revert_burn_answer(driver):
    probe = driver.deploy("CallbackProbe")
    ping = selector("ping()")
    probe.setAnswer(ping, 0, (7).to_bytes(32, "big"), sender=stranger)
    assert int.from_bytes(driver.simulate(stranger.address, probe.address, ping), "big") == 7
    probe.setAnswer(ping, 1, selector("Refused()"), sender=stranger)
    driver.interface("RefusingReceiver")
    with reverts("Refused"):
        driver.transact(stranger.address, probe.address, ping)
    probe.setAnswer(ping, 2, b"", sender=stranger)
    with halts("OutOfGas"):
        driver.transact(stranger.address, probe.address, ping, gas=200_000)


def test_reentrant_nft__calls_before_and_after_moving(driver):
    nft, asset = driver.deploy("ReentrantNft"), driver.deploy("MockAsset", 18)
    nft.mint(supplier, 1, sender=supplier)
    nft.script(nft.BEFORE(), [(nft, 0, nft.ownerOf.data(1), True)], sender=thief)
    nft.script(
        nft.AFTER(),
        [(nft, 0, nft.ownerOf.data(1), True), (asset, 0, asset.mint.data(thief, 5), True)],
        sender=thief,
    )
    nft.transferFrom(supplier, stranger, 1, sender=supplier)
    owners = [nft.outcome(i).output[12:].hex() for i in range(2)]
    assert owners == [supplier.address[2:].lower(), stranger.address[2:].lower()]
    assert asset.balanceOf(thief) == 5


@pytest.mark.parametrize(("mode", "true_owner"), [(0, stranger), (1, supplier), (2, thief)])
def test_lying_nft_transfer__mode__token_is_where_the_mode_says(driver, mode, true_owner):
    nft = driver.deploy("LyingNft")
    nft.mint(supplier, 1, sender=supplier)
    nft.setTransfers(mode, thief, sender=thief)
    nft.transferFrom(supplier, stranger, 1, sender=supplier)
    assert nft.trueOwnerOf(1) == true_owner.address
    nft.setOwners(3, thief, sender=thief)
    assert nft.ownerOf(1) == stranger.address
    nft.setOwners(2, thief, sender=thief)
    assert nft.ownerOf(1) == thief.address


def test_frozen_nft__listed_operator_only__stranger_reverts(driver):
    nft = driver.deploy("FrozenNft")
    nft.mint(supplier, 1, sender=supplier)
    nft.setListOnly(True, sender=supplier)
    with reverts("TransferFrozen", operator=supplier, tokenId=1):
        nft.transferFrom(supplier, stranger, 1, sender=supplier)
    nft.list(supplier, True, sender=supplier)
    nft.transferFrom(supplier, stranger, 1, sender=supplier)
    assert nft.ownerOf(1) == stranger.address


def test_fee_and_false_assets__move_less_or_nothing(driver):
    fee, false = driver.deploy("FeeAsset", 18, 100), driver.deploy("FalseAsset", 6)
    for asset in (fee, false):
        asset.mint(supplier, 1000, sender=supplier)
    fee.transfer(stranger, 1000, sender=supplier)
    assert (fee.balanceOf(supplier), fee.balanceOf(stranger)) == (0, 990)
    false.setFailing(True, sender=supplier)
    assert false.transfer(stranger, 1000, sender=supplier).return_value is False
    assert (false.balanceOf(supplier), false.balanceOf(stranger)) == (1000, 0)


def test_aggregator__modes__answer_revert_garbage_burn(driver):
    feed = driver.deploy("MockAggregatorV3", 8, 3000 * 10**8)
    assert feed.latestRoundData()[1] == 3000 * 10**8
    feed.set(-1, sender=stranger)
    assert feed.latestRoundData()[:2] == (2, -1)
    feed.setMode(1, sender=stranger)
    with reverts("Unavailable"):
        feed.latestRoundData()
    feed.setMode(2, sender=stranger)
    with pytest.raises(ValueError, match="32 bytes returned"):
        feed.latestRoundData()
    feed.setMode(3, sender=stranger)
    with halts("OutOfGas"):
        feed.latestRoundData(gas=100_000)


def test_wallet__owner_signs__valid_only_while_accepting(driver):
    wallet = driver.deploy("Erc1271Wallet", supplier)
    digest = b"\x11" * 32
    assert wallet.isValidSignature(digest, supplier.sign(digest)) == bytes.fromhex("1626ba7e")
    assert wallet.isValidSignature(digest, thief.sign(digest)) == b"\xff" * 4
    wallet.setAccepting(False, sender=stranger)
    assert wallet.isValidSignature(digest, supplier.sign(digest)) == b"\xff" * 4


def test_refusing_receiver__ether_and_safe_transfer__refused(driver):
    receiver, nft = driver.deploy("RefusingReceiver"), driver.deploy("MockNft")
    driver.set_balance(supplier, ETHER)
    with reverts("Refused"):
        driver.send_value(supplier, receiver, 1)
    nft.mint(supplier, 1, sender=supplier)
    with reverts("Refused"):
        nft["safeTransferFrom(address,address,uint256)"](supplier, receiver, 1, sender=supplier)
    assert nft.ownerOf(1) == supplier.address


def test_permit__fast_signature__accepted(driver):
    asset = driver.deploy("MockAsset", 18)
    fields = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256"}
    types = {"Permit": [*fields.items(), ("deadline", "uint256")]}
    message = {"owner": supplier, "spender": stranger, "value": 9, "nonce": 0, "deadline": driver.timestamp}
    signature = supplier.sign_typed(domain("Mock Asset", asset), types, "Permit", message)
    r, s, v = signature[:32], signature[32:64], signature[64]
    asset.permit(supplier, stranger, 9, message["deadline"], v, r, s, sender=stranger)
    assert asset.allowance(supplier, stranger) == 9
