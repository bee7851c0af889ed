"""Speed of the keepers: judging 100,000 accounts after a price change, reading 10,000 from a node."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Final

import numpy as np
from eth_utils.crypto import keccak

from vitrine.benching import Bench, Context, Report, timed
from vitrine.chain.client import Chain
from vitrine.deploy.run import deploy_local
from vitrine.errors import CheckError
from vitrine.keepers.decide import Params, decide
from vitrine.keepers.lens import LensReader
from vitrine.keepers.screen import Screen
from vitrine.keepers.snapshot import Accounts, Market, Nft, NftBook, Snapshot
from vitrine.models.auction import AuctionTerms
from vitrine.models.desk import NOTICE, Account, Notice
from vitrine.models.quotes import Quote
from vitrine.models.tiers import Place, Tier
from vitrine.node import Node
from vitrine.registry import artifacts
from vitrine.sdk.facade import Vitrine
from vitrine.units import FLOOR_PIECE, HOUR

JUDGED: Final = 100_000
READ: Final = 10_000
_ONE: Final = 10**6
_NOW: Final = 1_650_500_000
_FLOORS: Final = (60_000 * _ONE, 15_000 * _ONE)
_KEEPER: Final = "0x" + "ee" * 20
_TIERS: Final = tuple(
    Tier(ltv, lt, low, 1_500, 500, 12_000, 5_000, HOUR, 6 * HOUR, 5 * HOUR, 6 * HOUR, 2**24 - 1, 31, True)
    for ltv, lt, low in ((5_000, 7_500, 500), (3_000, 7_000, 1_000))
)


def _market(fall_bps: int) -> Market:
    places: list[Place | None] = [None] * 8
    for index, floor in enumerate(_FLOORS):
        price = floor * (10_000 - fall_bps) // 10_000
        places[index] = Place(f"0x{index + 1:040x}", _TIERS[index], Quote.flat(price, _NOW - 60))
    return Market(
        1, _NOW, _NOW, False, 0, 10**16 - 1, 10**19 - 1_000, 0, 0, 10**16, 10**22, 0, 0, 0, 0, 0, 0, 0, 0,
        100 * _ONE, 10 * _ONE, 0, tuple(places),
    )  # fmt: skip


def _snapshot(count: int) -> Snapshot:
    """Accounts of one to five NFTs that owe 20 % to their limit; some under a notice, a few in auction."""
    rng = np.random.default_rng(7)
    rows, nfts, auctions, token = [], NftBook(), {}, 0
    for number in range(count):
        place = int(rng.random() < 0.3)
        held = int(rng.integers(1, 6))
        most = _TIERS[place].ltv_bps / 10_000
        debt = int(_FLOORS[place] * held * rng.uniform(0.2, most))
        live = int(number % 500 == 0)
        noticed = number % 50 == 0
        notice = Notice(_KEEPER, _NOW - 7 * HOUR, _KEEPER, _NOW - 7 * HOUR) if noticed else None
        address = f"0x{number + 1:040x}"
        units = held * FLOOR_PIECE << 16 * place
        account = Account(debt * 1_000, units, held, live, NOTICE if noticed else 0)
        rows.append((address, account, notice, None))
        pieces = []
        for index in range(held):
            token += 1
            piece = Nft(f"0x{place + 1:040x}", token, place, live=index < live)
            pieces.append(piece)
            if piece.live:
                auctions[piece.ref] = AuctionTerms(
                    _NOW - 3 * HOUR, 100, 12_000, 500, 1_500, 5_000, HOUR, 6 * HOUR, 5 * HOUR
                )
        nfts[address] = tuple(pieces)
    return Snapshot(_market(0), Accounts.build(rows), nfts, auctions)


def bench_decide(_context: Context) -> Report:
    """decide() after a price change; the accounts were read before."""
    report = Report()
    snapshot = _snapshot(JUDGED)
    decide(snapshot, Params(), _NOW)  # columns are made once per reading
    rows = []
    for fall in (0, 1_000, 3_000, 5_000):
        market = _market(fall)
        spent, screened = [], []
        for _attempt in range(9):
            decision, seconds = timed(
                lambda market=market: decide(replace(snapshot, market=market), Params(), _NOW)  # type: ignore[misc]
            )
            spent.append(seconds)
            start = perf_counter()
            Screen(snapshot.accounts, market).warnable.sum()
            screened.append(perf_counter() - start)
        took = min(spent)
        rows.append(
            (
                f"-{fall // 100} %",
                decision.warnable,
                decision.liquidatable,
                decision.doubtful,
                len(decision.actions),
                f"{min(screened) * 1e3:.1f}",
                f"{took * 1e3:.1f}",
            )
        )
        report.below(f"decide() over {JUDGED:,} accounts, price -{fall // 100} %", took * 1e3, 100.0, "ms")
    report.table(
        f"{JUDGED:,} accounts, two collections",
        ("price", "warnable", "liquidatable", "exact model", "actions", "screen ms", "decide ms"),
        rows,
    )
    return report


def bench_read(_context: Context) -> Report:
    """The lens over a node: every account, and only those at risk.

    The accounts are written into the desk's storage: opening 10,000 loans takes a minute, reads cost as much.
    """
    report = Report()
    with Node.start() as node:
        chain = Chain(node.url, artifacts().book)
        vitrine = Vitrine(chain, deploy_local(chain, keep=False), artifacts())
        reader = LensReader(chain, vitrine.contract("AccountLens"))
        addresses = [f"0x{number + 2**128:040x}" for number in range(READ)]
        _fill(chain, vitrine.contract("CreditDesk").address, reader, addresses)
        for name, read in (("all", reader.accounts), ("at risk", reader.at_risk)):
            spent = []
            for _attempt in range(3):
                (_head, found), seconds = timed(lambda read=read: read(addresses, chain.block_number()))  # type: ignore[misc]
                spent.append(seconds)
            took = min(spent)
            report.below(f"{READ:,} accounts read, {name} ({len(found):,} came)", took, 2.0, "s")
        _, market_took = timed(reader.market)
        report.note("market read", market_took * 1e3, "ms")
        chain.rpc.close()
    return report


def _fill(chain: Chain, desk: str, reader: LensReader, addresses: list[str]) -> None:
    """Writes one account word per address, at the slot of the mapping that the lens reads."""
    rng = np.random.default_rng(8)
    words = []
    for _ in addresses:
        held = int(rng.integers(1, 6))
        flags = NOTICE if rng.random() < 0.05 else 0
        words.append(Account(int(rng.integers(1, 2**60)), held * FLOOR_PIECE, held, 0, flags))
    probe = Account(1, FLOOR_PIECE, 1, 0, 0)
    for slot in range(16):
        _write(chain, desk, slot, [(addresses[0], probe)])
        if reader.accounts(addresses[:1], chain.block_number())[1].account(0) == probe:
            break
        _write(chain, desk, slot, [(addresses[0], Account())])
    else:
        raise CheckError("The accounts of the desk were not found in its storage", "Look at its layout")
    _write(chain, desk, slot, list(zip(addresses, words, strict=True)))
    chain.rpc.call("evm_mine")
    _, read = reader.accounts(addresses[-3:], chain.block_number())
    if [read.account(row) for row in range(3)] != words[-3:]:
        raise CheckError("The accounts written are not those read", "Look at the layout of the desk")


def _write(chain: Chain, desk: str, slot: int, accounts: list[tuple[str, Account]]) -> None:
    chain.rpc.batch(
        (
            "anvil_setStorageAt",
            [
                desk,
                "0x" + keccak(bytes.fromhex(address[2:].rjust(64, "0")) + slot.to_bytes(32, "big")).hex(),
                f"0x{account.pack():064x}",
            ],
        )
        for address, account in accounts
    )


BENCHES = (
    Bench("keepers.decide", "100,000 accounts judged after a price change", bench_decide),
    Bench("keepers.read", "10,000 accounts read from a node", bench_read),
)
