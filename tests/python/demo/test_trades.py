"""Sales netted by transaction: what each party gains, by kind, and whose contracts' holdings are."""

import pytest

from vitrine.chain.abibook import Event
from vitrine.demo.custody import DUST, Custody
from vitrine.demo.ledger import Ledger
from vitrine.demo.names import Names
from vitrine.demo.record import Logged
from vitrine.demo.views import Piece
from vitrine.errors import CheckError

MAKER, LP, ARB, SHOPPER, CREATOR, HOUSE, PATRON, OWNER, KEEPER = (f"0x{n:040x}" for n in range(1, 10))
NFT, ASSET, VAULT, DESK, ENGINE, BIDS, POOL, SHARED = (f"0x{n:040x}" for n in range(20, 28))
ZERO = "0x" + "00" * 20
NAMES = Names(
    {
        "maker-1": MAKER,
        "provider-1": LP,
        "arb-1": ARB,
        "shopper-1": SHOPPER,
        "creator-punks": CREATOR,
        "treasury": HOUSE,
        "patron-1": PATRON,
        "borrower-01": OWNER,
        "keeper-ada": KEEPER,
    },
    {"punks": NFT},
    ASSET,
    VAULT,
    frozenset({VAULT, DESK}),
    ENGINE,
    BIDS,
    "treasury",
    ("creator-punks",),
    {BIDS: "bid"},
)
NOW, LAST = 1_000_000, 700_000
"""Reference of a piece at every trade, and at the end."""


def event(name, tx, where="0x0", **args):
    return Logged(100, Event(name, args, where, 1, 0, tx, 0))


def moved(tx, source, target, *, value=None, token_id=None):
    what = {"value": value} if token_id is None else {"tokenId": token_id}
    return event("Transfer", tx, ASSET if token_id is None else NFT, **{"from": source, "to": target}, **what)


def created(pool=POOL, owner=MAKER, kind=2):
    words = {"curve": "0xc", "feeBps": 100, "protocolFeeBps": 50, "spot": NOW, "delta": 1}
    return event("PoolCreated", "0xa", pool=pool, collection=NFT, owner=owner, kind=kind, **words)


def funded(pool=POOL, owner=MAKER):
    return [
        created(pool, owner),
        moved("0xa", owner, pool, value=3_000_000),
        moved("0xa", owner, pool, token_id=1),
        moved("0xa", owner, pool, token_id=2),
    ]


def bought(tx="0xb", pool=POOL, token_id=1):
    """1,040,000 for the curve, 10,400 to the pool, 5,200 to the house, 52,000 to the creator."""
    total = 1_040_000 + 10_400 + 5_200 + 52_000
    legs = {"lpFee": 10_400, "protocolFee": 5_200, "royalty": 52_000}
    return [
        event("NftsBought", tx, pool, buyer=ARB, tokenIds=[token_id], total=total, spot=1, delta=1, **legs),
        moved(tx, ARB, pool, value=total - 52_000),
        moved(tx, ARB, ENGINE, value=52_000),
        event("RoyaltyPaid", tx, ENGINE, receiver=CREATOR, venue=pool, assets=52_000),
        moved(tx, pool, ARB, token_id=token_id),
    ]


def ledger_of(log):
    return Ledger(NAMES, lambda _piece, _at: NOW, lambda _piece: LAST).read(log)


def lines(log):
    return {line.party: line for line in ledger_of(log).close()}


def test_buy__from_an_owned_pool__every_leg_goes_to_its_party():
    found = lines([*funded(), *bought()])
    assert {k: v for k, v in found["arb-1"].kinds.items() if v} == {
        "trade": -40_000,
        "fee": -15_600,
        "royalty": -52_000,
    }
    assert {k: v for k, v in found["maker-1"].kinds.items() if v} == {"trade": 40_000, "fee": 10_400}
    assert found["treasury"].kinds["fee"] == 5_200
    assert found["creator-punks"].kinds["royalty"] == 52_000
    assert sum(line.total for line in found.values()) == 0


def test_buy__piece_fell_afterwards__buyer_misses_what_the_maker_was_spared():
    revalued = ledger_of([*funded(), *bought()]).revalued
    assert (revalued["arb-1"], revalued["maker-1"]) == (LAST - NOW, NOW - LAST)
    assert sum(revalued.values()) == 0


def shared_pool():
    """Two providers with three quarters and one quarter."""
    log = [created(SHARED, LP, 3)]
    for tx, who, shares, count in (("0x1", LP, 750, 3), ("0x2", MAKER, 250, 1)):
        ids = list(range(10, 10 + count)) if who == LP else [20]
        log += [moved(tx, who, SHARED, token_id=n) for n in ids]
        log += [moved(tx, who, SHARED, value=count * NOW)]
        log += [event("Transfer", tx, SHARED, **{"from": ZERO, "to": who}, amount=shares)]
        words = {"tokenIds": ids, "assets": count * NOW, "shares": shares, "spot": NOW, "delta": 1}
        log += [event("LiquidityAdded", tx, SHARED, provider=who, receiver=who, **words)]
    return log


def test_liquidity__in_proportion__nobody_gains():
    found = lines(shared_pool())
    assert all(line.total == 0 for line in found.values())


def test_buy__from_a_shared_pool__gain_by_shares():
    found = lines([*shared_pool(), *bought(pool=SHARED, token_id=10)])
    assert found["provider-1"].kinds["trade"] == pytest.approx(30_000, abs=1)
    assert found["maker-1"].kinds["trade"] == pytest.approx(10_000, abs=1)
    assert found["provider-1"].kinds["fee"] == pytest.approx(7_800, abs=1)
    assert sum(line.total for line in found.values()) == 0


def test_liquidation__into_a_standing_bid__bidder_gains_the_discount():
    placed = {"bidId": 1, "bidder": PATRON, "collection": NFT, "priceBps": 9_000, "maxPrice": 950_000}
    filled = {"bidId": 1, "collection": NFT, "tokenId": 5, "price": 900_000, "quantity": 0, "locked": 0}
    sold = {"account": OWNER, "repaid": 900_000, "shares": 0}
    log = [
        event("Borrowed", "0x0", account=OWNER, receiver=OWNER, assets=900_000, shares=900_000_000),
        event("BidPlaced", "0x1", BIDS, quantity=1, expiresAt=10**9, locked=950_000, **placed),
        moved("0x1", PATRON, BIDS, value=950_000),
        moved("0x2", DESK, BIDS, token_id=5),
        event("BidFilled", "0x2", BIDS, **filled),
        event("BidRefunded", "0x2", BIDS, bidId=1, bidder=PATRON, assets=50_000),
        event("BidClosed", "0x2", BIDS, bidId=1, bidder=PATRON, assets=0),
        moved("0x2", BIDS, VAULT, value=900_000),
        event("AuctionSettledInto", "0x2", collection=NFT, tokenId=5, worth=1_010_000),
        event("Sold", "0x2", collection=NFT, tokenId=5, **sold),
    ]
    ledger = ledger_of(log)
    entries = {name: {k: v // 10**12 for k, v in kinds.items()} for name, kinds in ledger.entries.items()}
    assert entries["patron-1"]["discount"] == 110_000
    assert entries["borrower-01"]["discount"] == -110_000
    custody = ledger.trades.custody
    assert custody.in_bids()["patron-1"] == 50_000
    assert custody.bid_pieces == {Piece("punks", 5): "patron-1"}


def test_sale__proceeds_at_an_unknown_contract__refused():
    stray = moved("0xb", ARB, "0x" + "99" * 20, value=7)
    with pytest.raises(CheckError, match="nobody stands"):
        ledger_of([*funded(), *bought(), stray])


def test_custody__shares_kept_back__belong_to_nobody():
    custody = Custody(NAMES)
    kept = event("Transfer", "0x1", SHARED, **{"from": ZERO, "to": "0x" + "de" * 20}, amount=1_000)
    for logged in (created(SHARED, LP, 3), kept):
        custody.apply(logged.event)
    assert dict(custody.pools[SHARED].shares) == {DUST: 1_000}


def test_custody__protocol_fees__are_not_the_pools_own():
    custody = Custody(NAMES)
    for logged in [*funded(), *bought()]:
        custody.apply(logged.event)
    pool = custody.pools[POOL]
    assert (pool.balance - pool.cash, custody.protocol_fees) == (5_200, 5_200)
    assert list(pool.pieces) == [Piece("punks", 2)]
