from tests.helpers.core import BORROWER, GOVERNOR, STRANGER, THIEF, tier
from tests.helpers.evm import reverts


def test_pledge__for_oneself__moves_nft_and_counts_units(core):
    refs = core.mint(BORROWER, 2)
    tx = core.desk.pledge(refs, BORROWER, sender=BORROWER)
    account = core.desk.accountOf(BORROWER)
    assert (account.nftCount, account.units, account.debtShares) == (2, 200, 0)
    assert all(core.nft.ownerOf(token) == core.desk.address for _, token in refs)
    assert core.desk.pledgeOf(*refs[0]).owner == BORROWER.address
    assert len(core.desk.events("Pledged", tx)) == 2
    assert core.desk.behindDebt() == 0  # no debt stands on it yet


def test_pledge__for_another__nft_belongs_to_that_account(core):
    refs = core.mint(STRANGER)
    core.desk.pledge(refs, BORROWER, sender=STRANGER)
    assert core.desk.pledgeOf(*refs[0]).owner == BORROWER.address
    assert core.desk.accountOf(STRANGER).nftCount == 0
    with reverts("Unauthorized", caller=STRANGER.address):
        core.desk.withdraw(refs, BORROWER, STRANGER, sender=STRANGER)


def test_pledge__places_do_not_mix(core):
    core.desk.pledge(core.mint(BORROWER), BORROWER, sender=BORROWER)
    core.desk.pledge(core.mint(BORROWER, 3, core.thin), BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).units == 100 | 300 << 16


def test_pledge__unknown_collection__reverts(core, driver):
    fake = driver.deploy("MockNft")
    refs = core.mint(THIEF, 1, fake)
    with reverts("CollectionUnknown", collection=fake.address):
        core.desk.pledge(refs, THIEF, sender=THIEF)


def test_pledge__not_owner__reverts_and_owner_keeps_nft(core):
    refs = core.mint(BORROWER)
    with reverts("TransferFromIncorrectOwner"):
        core.desk.pledge(refs, THIEF, sender=THIEF)
    assert core.nft.ownerOf(refs[0][1]) == BORROWER.address


def test_pledge__same_nft_twice_in_a_call__reverts(core):
    refs = core.mint(BORROWER)
    with reverts("AlreadyPledged"):
        core.desk.pledge(refs * 2, BORROWER, sender=BORROWER)


def test_pledge__closed_collection__only_strengthens_a_loan(core):
    core.loan(10_000)
    core.book.setTier(core.nft, tier(open=False), sender=GOVERNOR)
    more = core.mint(BORROWER)
    core.desk.pledge(more, BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).nftCount == 2
    other = core.mint(STRANGER)
    with reverts("CollectionClosed"):
        core.desk.pledge(other, STRANGER, sender=STRANGER)


def test_pledge__units_at_the_edge_of_16_bits(core):
    for _ in range(13):
        core.desk.pledge(core.mint(BORROWER, 50), BORROWER, sender=BORROWER)
    core.desk.pledge(core.mint(BORROWER, 5), BORROWER, sender=BORROWER)
    assert core.desk.accountOf(BORROWER).units == 65_500
    one_more = core.mint(BORROWER)
    with reverts("TooManyUnits", units=65_600):
        core.desk.pledge(one_more, BORROWER, sender=BORROWER)


def test_pledge__direct_transfer__is_refused_by_safe_transfer(core):
    (ref,) = core.mint(BORROWER)
    with reverts("TransferToNonERC721ReceiverImplementer"):
        core.nft["safeTransferFrom(address,address,uint256)"](BORROWER, core.desk, ref[1], sender=BORROWER)
    assert core.nft.ownerOf(ref[1]) == BORROWER.address
