"""Measures every row of docs/gas.json on Anvil; `make gas` writes the files, a plain run compares."""

import os

import pytest

from tests.gas import depth, exits, pools, routers, table
from tests.gas.footprint import Footprint, footprint_of_last
from tests.helpers.anvil import AnvilDriver
from tests.helpers.core import (
    BORROWER,
    DAY,
    FLOOR,
    GOVERNOR,
    HOUR,
    KEEPER,
    MAX_RATE,
    STRANGER,
    SUPPLIER,
    TAKER,
)
from tests.helpers.evm import Tx
from tests.helpers.protocol import Protocol, Signals, build_protocol

WRITE = os.environ.get("VITRINE_GAS_WRITE") == "1"


FOOTPRINTS: dict[int, Footprint] = {}


def weigh(p: Protocol, tx: Tx) -> int:
    """Gas of a transaction; what it touched is remembered under it."""
    gas = tx.gas_used
    assert gas is not None
    FOOTPRINTS[gas] = footprint_of_last(p.driver)
    return gas


def supply_and_withdraw(p: Protocol) -> dict[str, int]:
    p.fund(SUPPLIER, p.units(10_000))
    p.driver.warp(HOUR)
    supplied = weigh(p, p.vault.deposit(p.units(1_000), SUPPLIER, sender=SUPPLIER))
    p.driver.warp(HOUR)
    withdrawn = weigh(p, p.vault.withdraw(p.units(500), SUPPLIER, SUPPLIER, sender=SUPPLIER))
    return {"vault.supply": supplied, "vault.withdraw": withdrawn}


def loans(p: Protocol) -> dict[str, int]:
    p.asset.mint(BORROWER, p.units(1_000), sender=GOVERNOR)
    refs = p.mint(BORROWER, 2)
    p.wait(HOUR)
    opened = weigh(p, p.desk.open(refs[:1], p.units(10_000), MAX_RATE, BORROWER, sender=BORROWER))
    p.wait(HOUR)
    more = weigh(p, p.desk.borrow(p.units(1_000), MAX_RATE, BORROWER, BORROWER, sender=BORROWER))
    pledged = weigh(p, p.desk.pledge(refs[1:], BORROWER, sender=BORROWER))
    p.asset.approve(p.vault, 2**256 - 1, sender=BORROWER)
    p.driver.warp(HOUR)
    repaid = weigh(p, p.desk.repay(p.units(2_000), BORROWER, sender=BORROWER))
    p.desk.withdraw(refs[1:], BORROWER, BORROWER, sender=BORROWER)
    p.driver.warp(HOUR)
    closed = weigh(p, p.desk.close(p.units(20_000), refs[:1], BORROWER, sender=BORROWER))
    return {
        "vault.pledge_borrow": opened, "vault.borrow": more, "vault.pledge": pledged, "vault.repay": repaid,
        "vault.close": closed,
    }  # fmt: skip


def auctions(p: Protocol) -> dict[str, int]:
    p.refresh()
    p.mint(TAKER)
    first = p.loan(29_000, 1, SUPPLIER)
    several = p.loan(3 * 29_000, 3)
    single = p.loan(29_000, 1, STRANGER)
    fall = 1_930 / p.eth_price * 10**8
    p.set_eth(1_930)
    p.said = {address: Signals(said.spot * fall) for address, said in p.said.items()}
    flagged = weigh(p, p.flag(STRANGER))
    p.flag(BORROWER)
    p.flag(SUPPLIER)
    p.wait(6 * HOUR + 60)
    started = weigh(p, p.liquidate(single, STRANGER))
    p.liquidate(several, BORROWER)
    p.liquidate(first, SUPPLIER)
    p.fund(TAKER, p.units(10**6), p.auction)
    p.wait(2 * HOUR)
    p.auction.take(*first[0], 2**255, TAKER, b"", sender=TAKER)  # keeper and taker have been here before
    took = weigh(p, p.auction.take(*several[0], 2**255, TAKER, b"", sender=TAKER))
    last = weigh(p, p.auction.take(*single[0], 2**255, TAKER, b"", sender=TAKER))
    p.fund(BORROWER, p.units(60_000))
    live = [ref for ref in several[1:] if p.desk.pledgeOf(*ref).live]
    redeemed = weigh(p, p.desk.redeem(BORROWER, p.units(60_000), live[:1], sender=BORROWER))
    return {
        "desk.flag": flagged, "auction.start": started, "auction.take": took, "auction.take_last": last,
        "desk.redeem": redeemed,
    }  # fmt: skip


def oracle(p: Protocol) -> dict[str, int]:
    collections = [p.nft, p.thin] + [p.driver.deploy("MockNft") for _ in range(8)]
    for collection in collections[2:]:
        p.feed.list(collection, 10**8, 10**11, sender=GOVERNOR)
    said = {c: Signals(FLOOR / (i + 1)) for i, c in enumerate(collections)}
    p.post(said)
    p.driver.warp(4 * HOUR)
    p.post(said)
    p.driver.warp(4 * HOUR)
    updated = weigh(p, p.post(said))
    p.set_eth(3_000)
    data = p.oracle.quote.data(p.nft)
    read = weigh(p, p.driver.transact(KEEPER.address, p.oracle.address, data))
    intrinsic = 21_000 + sum(16 if byte else 4 for byte in data)
    return {"oracle.update": updated // len(collections), "oracle.read": read - intrinsic}


def core(driver: AnvilDriver) -> dict[str, tuple[int, Footprint | None]]:
    """The rows of the closed loop."""
    p = build_protocol(driver, eth_usd=driver.deploy("LeanAggregator", 3_000 * 10**8))
    p.supply(1_000_000)
    p.supply(500_000, STRANGER)
    p.loan(50_000, 2, TAKER)  # steady state: others owe, others wait for their credit
    driver.warp(DAY)
    p.refresh()
    found: dict[str, int] = {}
    for scenario in (supply_and_withdraw, loans, auctions, oracle):
        found |= scenario(p)
    return {row: (gas, FOOTPRINTS.get(gas)) for row, gas in found.items()}


PARTS = (
    (table.CORE_ROWS, core),
    (pools.ROWS, pools.measure),
    (routers.ROWS, routers.measure),
    (exits.ROWS, exits.measure),
    (depth.ROWS, depth.measure),
)
ROWS = tuple(row for rows, _ in PARTS for row in rows)


@pytest.fixture(scope="module")
def measured() -> table.Measured:
    found: dict[str, tuple[int, Footprint | None]] = {}
    for _, measure in PARTS:
        driver = AnvilDriver("--steps-tracing")
        try:
            found |= measure(driver)
        finally:
            driver.close()
    return found


def test_gas__every_row_is_measured(measured):
    assert measured.keys() == {row.id for row in ROWS}
    if WRITE:
        table.write(ROWS, measured)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_gas__no_row_grew_unseen(measured, row):
    before, now = table.committed()[row.id], measured[row.id][0]
    budget = f", budget {row.budget:,}" if row.budget else ""
    print(f"{row.id}: {now:,} (committed {before:,}{budget})")
    assert now * 10_000 <= before * (10_000 + table.GROWTH_BPS), (
        f"{row.id} grew: run `make gas` and look at it"
    )


def test_gas__full_book_of_bids__costs_a_read_per_bid(measured):
    """The worst of a full book stays bounded: one slot more for each of the other bids."""
    few, many = measured["auction.settle_into.bid"][0], measured["auction.settle_into.bid_of_32"][0]
    assert 30 * 2_100 < many - few < 32 * 3_800
