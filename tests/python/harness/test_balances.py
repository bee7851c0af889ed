"""A watch states exactly what moved, and fails on anything else."""

import pytest

from tests.helpers.actors import ACTORS
from tests.helpers.balances import Watch, unchanged

supplier, taker = ACTORS.supplier, ACTORS.taker


@pytest.fixture
def world(driver):
    asset, nft = driver.deploy("MockAsset", 6), driver.deploy("MockNft")
    asset.mint(supplier, 100, sender=supplier)
    nft.mint(supplier, 7, sender=supplier)
    return asset, nft, Watch([asset], nfts=[(nft, 7)], holders={"supplier": supplier, "taker": taker})


def test_assert_moved__exact_changes__passes(world):
    asset, nft, watch = world
    before = watch.now()
    asset.transfer(taker, 30, sender=supplier)
    nft.transferFrom(supplier, taker, 7, sender=supplier)
    assert watch.moved(before) == {"supplier": -30, "taker": 30}
    watch.assert_moved(before, {"supplier": -30, "taker": 30}, nfts={(nft, 7): taker})


@pytest.mark.parametrize("claim", [{"supplier": -30}, {"supplier": -29, "taker": 30}, {}])
def test_assert_moved__anything_left_out__fails(world, claim):
    asset, _, watch = world
    before = watch.now()
    asset.transfer(taker, 30, sender=supplier)
    with pytest.raises(AssertionError, match=r"of (supplier|taker): was"):
        watch.assert_moved(before, claim)


def test_unchanged__something_moved__fails(world):
    asset, nft, watch = world
    with unchanged(watch):
        asset.approve(taker, 1, sender=supplier)
    with pytest.raises(AssertionError), unchanged(watch):
        nft.transferFrom(supplier, taker, 7, sender=supplier)
