"""`royaltyOf`: whatever a collection does, the answer is bounded and no trade reverts for it."""

import pytest

from tests.helpers.accounts import Account
from tests.helpers.actors import ACTORS
from tests.helpers.evm import Revert, reverts
from tests.unit.royalties.conftest import CREATOR, LIQUIDATOR, ZERO

NONE = (ZERO, 0, 0)
MODES = {
    "answer": 0, "revert": 1, "revert_bomb": 2, "burn": 3, "bomb": 4, "short": 5, "dirty": 6, "fickle": 7,
    "thrifty": 8,
}  # fmt: skip
FULL, REDUCED, WAIVED = 0, 1, 2
GOVERNOR, STRANGER, THIEF = ACTORS.governor, ACTORS.stranger, ACTORS.thief


@pytest.mark.parametrize("price", [0, 1, 19, 20, 39, 40, 10**6, 10**24 + 1])
def test_royalty_of__five_per_cent__rounded_down(royalties, price):
    due = price * 500 // 10_000
    assert royalties.due(price) == ((CREATOR.address, due, due) if due else NONE)


@pytest.mark.parametrize(
    ("bps", "share"), [(999, 999), (1_000, 1_000), (1_001, 1_000), (10_000, 1_000), (25_000, 1_000)]
)
def test_royalty_of__more_than_the_cap__is_cut_to_it(royalties, bps, share):
    royalties.nft.setRoyalty(CREATOR, bps, 0, sender=CREATOR)
    price = 1_000 * royalties.one
    assert royalties.due(price) == (CREATOR.address, price * share // 10_000, price * share // 10_000)


def test_royalty_of__largest_number_there_is__is_cut_without_overflow(royalties):
    royalties.nft.setRoyalty(CREATOR, 0, 2**256 - 1, sender=CREATOR)
    for price in (10, 2**128, 2**256 - 1):
        assert royalties.due(price) == (CREATOR.address, price // 10, price // 10)


@pytest.mark.parametrize("mode", ["revert", "revert_bomb", "burn", "bomb", "short", "dirty"])
def test_royalty_of__hostile_collection__bounded_gas_and_an_answer(royalties, mode):
    royalties.nft.setMode(MODES[mode], sender=STRANGER)
    receiver, due, payable = royalties.engine.royaltyOf(
        royalties.nft, 1, 10**6, STRANGER, gas=21_000 + 115_000
    )
    assert (receiver, due) in ((ZERO, 0), (CREATOR.address, 50_000))
    assert payable == due <= 10**5


@pytest.mark.parametrize("collection", [ZERO, CREATOR.address, "0x" + "00" * 19 + "04"])
def test_royalty_of__no_contract_or_a_precompile__none(royalties, collection):
    assert tuple(royalties.engine.royaltyOf(collection, 1, 10**6, STRANGER)) == NONE


def test_royalty_of__collection_without_erc_2981__none(royalties, driver):
    assert tuple(royalties.engine.royaltyOf(driver.deploy("MockNft"), 1, 10**6, STRANGER)) == NONE


def test_royalty_of__receiver_zero_or_nothing_asked__none(royalties):
    royalties.nft.setRoyalty(ZERO, 500, 0, sender=CREATOR)
    assert royalties.due(10**6) == NONE
    royalties.nft.setRoyalty(CREATOR, 0, 0, sender=CREATOR)
    assert royalties.due(10**6) == NONE


def test_royalty_of__too_little_gas__reverts_instead_of_finding_none(royalties):
    """A collection that answers 0 when it is short of gas cannot be made to by whoever trades."""
    royalties.nft.setMode(MODES["thrifty"], sender=STRANGER)
    failures = set()
    for gas in range(40_000, 130_000, 2_500):
        try:
            found = royalties.engine.royaltyOf(royalties.nft, 1, 10**6, STRANGER, gas=gas)
        except Revert as error:
            failures.add(error.name or error.halt)
        else:
            assert tuple(found) == (CREATOR.address, 50_000, 50_000)
    assert failures == {"CallStarved"}


def test_royalty_of__starved__names_what_it_wants(royalties):
    with reverts("CallStarved", wanted=50_000 * 64 // 63 + 5_000):
        royalties.engine.royaltyOf(royalties.nft, 1, 10**6, STRANGER, gas=21_000 + 45_000)


def test_royalty_of__changed_between_two_calls__each_is_bounded_alone(royalties):
    assert royalties.due(10**6)[1] == 50_000
    royalties.nft.setRoyalty(THIEF, 90_000, 7, sender=STRANGER)
    assert royalties.due(10**6) == (THIEF.address, 100_000, 100_000)


def test_set_override__by_the_owner__replaces_erc_2981(royalties):
    other = Account("creator's wallet")
    tx = royalties.engine.setOverride(royalties.nft, other, 250, sender=CREATOR)
    assert royalties.engine.event("RoyaltyOverridden", tx).bps == 250
    royalties.nft.setMode(MODES["burn"], sender=STRANGER)  # is not asked
    assert royalties.due(10**6) == (other.address, 25_000, 25_000)
    assert tuple(royalties.engine.overrideOf(royalties.nft)) == (other.address, 250, True)
    royalties.nft.setMode(MODES["answer"], sender=STRANGER)
    tx = royalties.engine.clearOverride(royalties.nft, sender=CREATOR)
    assert royalties.engine.event("RoyaltyOverridden", tx).set is False
    assert royalties.due(10**6) == (CREATOR.address, 50_000, 50_000)


def test_set_override__none_at_all__no_royalty(royalties):
    royalties.engine.setOverride(royalties.nft, ZERO, 0, sender=CREATOR)
    assert royalties.due(10**6) == NONE


@pytest.mark.parametrize("bps", [999, 1_000, 1_001])
def test_set_override__at_the_cap(royalties, bps):
    if bps <= 1_000:
        royalties.engine.setOverride(royalties.nft, CREATOR, bps, sender=CREATOR)
        assert royalties.due(10**6)[1] == bps * 100
        return
    with reverts("OutOfBounds", value=bps, low=0, high=1_000):
        royalties.engine.setOverride(royalties.nft, CREATOR, bps, sender=CREATOR)
    assert royalties.due(10**6)[1] == 50_000


def test_set_override__half_of_one__reverts(royalties):
    for receiver, bps in ((ZERO, 1), (CREATOR, 0)):
        with reverts("ZeroAddress"):
            royalties.engine.setOverride(royalties.nft, receiver, bps, sender=CREATOR)


def test_set_override__by_others_or_without_an_owner__reverts(royalties, driver):
    for collection, caller in (
        (royalties.nft, THIEF),
        (driver.deploy("MockNft"), THIEF),
        (CREATOR.address, CREATOR),
        (ZERO, THIEF),
    ):
        with reverts("NotCollectionOwner", collection=collection, caller=caller):
            royalties.engine.setOverride(collection, THIEF, 1_000, sender=caller)
        with reverts("NotCollectionOwner"):
            royalties.engine.clearOverride(collection, sender=caller)
    royalties.nft.setOwner(THIEF, sender=THIEF)  # a collection that was sold
    with reverts("NotCollectionOwner", caller=CREATOR):
        royalties.engine.setOverride(royalties.nft, CREATOR, 1, sender=CREATOR)


def test_set_override__policy_of_governance__stays(royalties):
    royalties.engine.setPolicy(royalties.nft, REDUCED, 4_000, sender=GOVERNOR)
    royalties.engine.setOverride(royalties.nft, CREATOR, 1_000, sender=CREATOR)
    royalties.engine.clearOverride(royalties.nft, sender=CREATOR)
    assert tuple(royalties.engine.policyOf(royalties.nft)) == (REDUCED, 4_000)


@pytest.mark.parametrize(
    ("policy", "reduced", "payable"),
    [(FULL, 0, 50_001), (REDUCED, 0, 0), (REDUCED, 3_333, 16_665), (REDUCED, 10_000, 50_001), (WAIVED, 0, 0)],
)
@pytest.mark.parametrize("overridden", [False, True])
def test_set_policy__only_the_entitled_pay_less(royalties, policy, reduced, payable, overridden):
    royalties.nft.setRoyalty(CREATOR, 500, 1, sender=CREATOR)
    price = 10**6
    if overridden:
        royalties.engine.setOverride(royalties.nft, CREATOR, 500, sender=CREATOR)
        price = 10**6 + 20
    tx = royalties.engine.setPolicy(royalties.nft, policy, reduced, sender=GOVERNOR)
    assert royalties.engine.event("RoyaltyPolicySet", tx).reducedBps == reduced
    royalties.engine.setEntitled(LIQUIDATOR, True, sender=GOVERNOR)
    assert royalties.due(price) == (CREATOR.address, 50_001, 50_001)
    assert royalties.due(price, LIQUIDATOR) == (CREATOR.address, 50_001, payable)
    royalties.engine.setEntitled(LIQUIDATOR, False, sender=GOVERNOR)
    assert royalties.due(price, LIQUIDATOR) == (CREATOR.address, 50_001, 50_001)


def test_set_policy__bounds_and_roles(royalties):
    engine, nft = royalties.engine, royalties.nft
    with reverts("OutOfBounds", value=10_001, high=10_000):
        engine.setPolicy(nft, REDUCED, 10_001, sender=GOVERNOR)
    for policy in (FULL, WAIVED):
        with reverts("OutOfBounds", value=1, high=0):
            engine.setPolicy(nft, policy, 1, sender=GOVERNOR)
    with reverts("ZeroAddress"):
        engine.setEntitled(ZERO, True, sender=GOVERNOR)
    for caller in (CREATOR, STRANGER):
        with reverts("AccessManagedUnauthorized", caller=caller):
            engine.setPolicy(nft, WAIVED, 0, sender=caller)
        with reverts("AccessManagedUnauthorized", caller=caller):
            engine.setEntitled(caller, True, sender=caller)


def test_constructor__no_asset__reverts(driver):
    authority = driver.deploy("Authority", GOVERNOR)
    with reverts("ZeroAddress"):
        driver.deploy("RoyaltyEngine", authority, ZERO)
