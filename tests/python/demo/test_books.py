"""The ledger: postings sum to zero, lines end on whole units, losses have an order."""

import dataclasses

import pytest

from vitrine.chain.abibook import Event
from vitrine.demo.ledger import COVER, DUST, RESERVE, Ledger
from vitrine.demo.losses import find_losses
from vitrine.demo.names import Names
from vitrine.demo.record import Logged
from vitrine.errors import CheckError

ADA, BEN, CAT, DAN, NFT = (f"0x{n:040x}" for n in range(1, 6))
ASSET, VAULT, DESK = (f"0x{n:040x}" for n in range(10, 13))
NAMES = Names(
    {"supplier-01": ADA, "supplier-02": BEN, "borrower-01": CAT, "dealer-1": DAN},
    {"punks": NFT},
    ASSET,
    VAULT,
    frozenset({VAULT, DESK}),
)
ZERO = "0x" + "00" * 20


def event(name, tx="0x1", at="0x0", **args):
    return Logged(100, Event(name, args, at, 1, 0, tx, 0))


def moved(source, target, *, value=None, token_id=None, tx="0x2"):
    """A transfer of asset, or of a piece."""
    what = {"value": value} if token_id is None else {"tokenId": token_id}
    return event("Transfer", tx, ASSET if token_id is None else NFT, **{"from": source, "to": target}, **what)


def lending():
    """Two suppliers lend 3,000,000 and 1,000,000; one borrower owes 2,000,000 and 10,007 of interest."""
    return [
        event("Deposit", owner=ADA, assets=3_000_000, shares=3_000_000 * 10**6),
        event("Deposit", owner=BEN, assets=1_000_000, shares=1_000_000 * 10**6),
        event("Borrowed", account=CAT, receiver=CAT, assets=2_000_000, shares=2_000_000 * 10**3),
        event("Accrued", interest=10_007, toReserve=1_000, clock=9),
    ]


def sale(proceeds=1_900_000, worth=2_200_000, surplus=0, repaid=None):
    repaid = proceeds - surplus if repaid is None else repaid
    booked = {"proceeds": proceeds, "repaid": repaid, "shares": repaid * 995, "surplus": surplus}
    taken = {"taker": DAN, "collection": NFT, "tokenId": 7, "worth": worth, "proceeds": proceeds, "phase": 3}
    return [
        moved(DESK, DAN, token_id=7),
        moved(DAN, VAULT, value=proceeds),
        event("SaleBooked", "0x2", account=CAT, **booked),
        event("AuctionTaken", "0x2", **taken),
        event(
            "Sold",
            "0x2",
            account=CAT,
            collection=NFT,
            tokenId=7,
            proceeds=proceeds,
            repaid=repaid,
            shares=repaid * 995,
        ),
    ]


def ledger_of(log):
    return Ledger(NAMES, lambda _piece, _at: 2_000_000, lambda _piece: 1_500_000).read(log)


def lines(log):
    return {line.party: line for line in ledger_of(log).close()}


def test_interest__shared_by_shares__sums_to_zero():
    found = lines(lending())
    assert sum(line.total for line in found.values()) == 0
    assert found["borrower-01"].kinds["interest"] == pytest.approx(-10_007, abs=1)
    assert found["supplier-01"].kinds["interest"] == pytest.approx(9_007 * 3 / 4, abs=1)
    assert found[RESERVE].kinds["interest"] == 1_000
    assert abs(found[DUST].total) <= 4


def test_sale__discount_goes_from_borrower_to_taker():
    found = lines([*lending(), *sale()])
    assert found["dealer-1"].kinds["discount"] == 300_000
    assert found["borrower-01"].kinds["discount"] == -300_000


def test_sale__what_the_piece_did_afterwards__is_revaluation_not_profit():
    revalued = ledger_of([*lending(), *sale()]).revalued
    assert (revalued["dealer-1"], revalued["borrower-01"]) == (-700_000, 700_000)
    assert sum(revalued.values()) == 0


def test_tip__from_surplus_or_reserve__paid_by_whom_the_event_names():
    kind = b"start tip".ljust(32, b"\0")
    log = [*lending(), *sale(2_100_000, 2_200_000, surplus=90_000, repaid=2_010_000)]
    tips = [event("Credited", payee=BEN, kind=kind, assets=500, fromReserve=flag) for flag in (False, True)]
    found = lines([*log, *tips])
    assert found["borrower-01"].kinds["tip"] == -500
    assert found[RESERVE].kinds["tip"] == -500
    assert found["supplier-02"].kinds["tip"] == 1_000


def test_loss__reserve_then_suppliers__borrower_gains_what_they_lose():
    left = 2_010_007 - 1_900_000
    shares = 2_000_000 * 10**3 - 1_900_000 * 995
    loss = event(
        "LossRealised",
        account=CAT,
        loss=left,
        shares=shares,
        byReserve=1_000,
        byCover=0,
        bySuppliers=left - 1_000,
    )
    found = lines([*lending(), *sale(), loss])
    assert found["borrower-01"].kinds["loss"] == left
    assert found[RESERVE].kinds["loss"] == -1_000
    assert found["supplier-01"].kinds["loss"] == pytest.approx(-(left - 1_000) * 3 / 4, abs=1)
    assert found[COVER].total == 0
    assert sum(line.total for line in found.values()) == 0


def test_exit__below_par__stays_with_those_who_stay():
    half = event("Withdraw", owner=BEN, receiver=BEN, assets=400_000, shares=500_000 * 10**6)
    found = lines([*lending(), half])
    assert found["supplier-02"].kinds["exit"] < 0
    assert found["supplier-01"].kinds["exit"] > 0
    assert sum(line.total for line in found.values()) == 0


def test_fine__paid_by_the_payer__kept_by_the_reserve():
    repaid = event("Repaid", account=CAT, payer=CAT, assets=100_000, shares=99_500_000, fine=2_000)
    found = lines([*lending(), repaid])
    assert (found["borrower-01"].kinds["fine"], found[RESERVE].kinds["fine"]) == (-2_000, 2_000)


def test_repaid_for_another__a_gift():
    repaid = event("Repaid", account=CAT, payer=DAN, assets=100_000, shares=99_500_000, fine=0)
    found = lines([*lending(), repaid])
    assert (found["borrower-01"].kinds["gift"], found["dealer-1"].kinds["gift"]) == (100_000, -100_000)


def test_sale__asset_goes_to_a_stranger__refused():
    with pytest.raises(CheckError, match="nobody stands"):
        ledger_of([*lending(), *sale(), moved(DAN, "0x99", value=5)])


def test_dust__too_much__refused():
    broken = [dataclasses.replace(logged) for logged in lending()]
    broken.append(event("Drawn", receiver=CAT, assets=1, shares=1))
    ledger = ledger_of(broken)
    ledger.debt_total += 10_000
    with pytest.raises(CheckError, match="rounding dust"):
        ledger.close()


def test_losses__in_order_only_when_the_reserve_paid_all_it_had():
    def loss(by_reserve, tx):
        whole = {
            "loss": 1_500,
            "shares": 1,
            "byReserve": by_reserve,
            "byCover": 0,
            "bySuppliers": 1_500 - by_reserve,
        }
        return event("LossRealised", tx=tx, account=CAT, **whole)

    taken = event("AuctionTaken", tx="0x7", phase=3)
    good = find_losses(
        [event("Accrued", toReserve=1_000), taken, loss(1_000, "0x7"), loss(0, "0x8")], NAMES, 0
    )
    assert [item.in_order for item in good] == [True, True]
    assert [item.distressed for item in good] == [True, False]
    [bad] = find_losses([loss(900, "0x9")], NAMES, 1_000)
    assert not bad.in_order
