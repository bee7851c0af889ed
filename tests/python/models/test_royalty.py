"""The twin of the royalty engine against the chain, and the share that was evaded."""

import random

import pytest

from tests.helpers.actors import ACTORS
from tests.helpers.evm import Driver
from vitrine.models.royalty import RoyaltyPolicy, credited, evaded_bps, royalty_of

CREATOR, TRADER, GOVERNOR = ACTORS.receiver, ACTORS.taker, ACTORS.governor


def test_royalty_of__random_terms__equals_the_chain(driver: Driver) -> None:
    rng = random.Random(11)
    asset = driver.deploy("MockAsset", 6)
    engine = driver.deploy("RoyaltyEngine", driver.deploy("Authority", GOVERNOR), asset)
    nft = driver.deploy("RoyaltyNft", CREATOR, 0, sender=CREATOR)
    for _ in range(150):
        asked = rng.choice([0, 1, rng.randrange(2**40), rng.randrange(2**128)])
        nft.setRoyalty(CREATOR, 0, asked, sender=CREATOR)
        override = rng.choice([None, None, 0, rng.randrange(1, 1_001)])
        if override is None:
            engine.clearOverride(nft, sender=CREATOR)
        else:
            receiver = CREATOR if override else "0x" + "00" * 20
            engine.setOverride(nft, receiver, override, sender=CREATOR)
        policy = RoyaltyPolicy(rng.randrange(3))
        reduced = rng.randrange(10_001) if policy is RoyaltyPolicy.REDUCED else 0
        engine.setPolicy(nft, policy, reduced, sender=GOVERNOR)
        entitled = rng.random() < 0.5
        engine.setEntitled(TRADER, entitled, sender=GOVERNOR)
        price = rng.choice([0, 1, 9, 10, rng.randrange(2**128), rng.randrange(2**250)])
        receiver, due, payable = engine.royaltyOf(nft, 1, price, TRADER)
        expected = royalty_of(
            price,
            asked=asked,
            override_bps=override,
            policy=policy,
            reduced_bps=reduced,
            entitled=entitled,
        )
        assert (due, payable) == expected
        assert (receiver == CREATOR.address) == bool(due)


@pytest.mark.parametrize(
    ("payable", "balance", "claimable", "booked"),
    [(10, 100, 50, 10), (10, 60, 50, 10), (10, 59, 50, 9), (10, 50, 50, 0), (10, 40, 50, 0)],
)
def test_credited__only_what_belongs_to_nobody(payable, balance, claimable, booked) -> None:
    assert credited(payable, balance, claimable) == booked


@pytest.mark.parametrize(("due", "paid", "bps"), [(0, 0, 0), (100, 100, 0), (100, 0, 10_000), (3, 1, 6_666)])
def test_evaded_bps__share_not_paid(due, paid, bps) -> None:
    assert evaded_bps(due, paid) == bps
