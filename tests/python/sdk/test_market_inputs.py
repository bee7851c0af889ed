"""What the SDK of markets refuses before it asks a chain, and how it rounds what it tells."""

import pytest

from vitrine.errors import AmountError, StateError
from vitrine.models.curves import CURVES
from vitrine.models.pool import PoolModel
from vitrine.sdk.idlist import IdList
from vitrine.sdk.pools import PoolTerms
from vitrine.sdk.royalties import RoyaltyTerms
from vitrine.sdk.seaport.criteria import Criteria

ZERO = "0x" + "00" * 20


@pytest.mark.parametrize("make", [IdList, Criteria])
@pytest.mark.parametrize("ids", [[], [-1, 5], [2**256]], ids=["none", "negative", "too large"])
def test_ids__no_tokens__are_refused(make, ids):
    with pytest.raises(AmountError) as caught:
        make(ids)
    assert caught.value.next_step


def test_ids__the_largest__is_one():
    assert 2**256 - 1 in IdList([0, 2**256 - 1])


def test_pool_terms__unknown_kind__names_the_known():
    terms = PoolTerms(ZERO, ZERO, ZERO, "round", 0, 1, 1)
    with pytest.raises(AmountError, match="two-sided"):
        _ = terms.words


@pytest.mark.parametrize("count", [0, -1])
@pytest.mark.parametrize("side", ["quote_buy", "quote_sell"])
def test_pool_model__nothing_traded__is_refused(count, side):
    model = PoolModel(CURVES["linear"], 10**9, 10**7, nfts=3, assets=10**12)
    with pytest.raises(StateError, match="Nothing is traded"):
        getattr(model, side)(count)


@pytest.mark.parametrize("price", [10_001, 90_000_000_001, 123_456_789_123])
@pytest.mark.parametrize("bps", [1, 250, 500, 1_000])
def test_royalty_terms__odd_price__still_names_the_rate(price, bps):
    """A listing made with a rate one point lower would pay the artist too little."""
    due = price * bps // 10_000
    assert RoyaltyTerms(ZERO, 1, price, ZERO, due, True, bps, "full", 0).bps == bps
