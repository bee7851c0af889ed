"""How many events a second."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Final

from vitrine.benching import Bench, Context, Report, timed
from vitrine.chain.codec import checksum
from vitrine.indexer.source import LogSource
from vitrine.indexer.store import Store
from vitrine.indexer.sync import Indexer
from vitrine.indexer.tape import Log, Tape, Voice, chain_of, target_of

EVENTS: Final = 60_000
PER_SECOND: Final = 5_000
_PEOPLE: Final = 4_000
_PER_BLOCK: Final = 30
_VAULT: Final = (
    "Accrued(uint256 interest, uint256 toReserve, uint256 averageRate, uint256 anchorRate, uint256 clock)",
    "Transfer(address indexed from, address indexed to, uint256 value)",
    "Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)",
    "Drawn(address indexed receiver, uint256 assets, uint256 shares)",
)
_DESK: Final = (
    (
        "Pledged(address indexed account, address indexed collection, uint256 indexed tokenId, "
        "uint256 units, address payer)"
    ),
    "Borrowed(address indexed account, address indexed receiver, uint256 assets, uint256 shares)",
)
_BOOK: Final = ("CollectionAdded(address indexed collection, uint8 place, uint256 epoch)",)


def address(number: int) -> str:
    return checksum(f"0x{number:040x}")


def history(events: int, seed: int = 1) -> tuple[Tape, dict[str, Voice]]:
    """Suppliers come, borrowers pledge and draw; every operation books interest first, as the vault does."""
    rng = random.Random(seed)
    voices = {
        "LendingVault": Voice(address(1), _VAULT),
        "CreditDesk": Voice(address(2), _DESK),
        "TierBook": Voice(address(3), _BOOK),
    }
    vault, desk = voices["LendingVault"], voices["CreditDesk"]
    tape, nft = Tape(), address(99)
    tape.mine([voices["TierBook"].say("CollectionAdded", collection=nft, place=0, epoch=1)])
    said = token = 0
    while said < events:
        block: list[Log] = []
        while len(block) < _PER_BLOCK:
            who, value = address(1_000 + rng.randrange(_PEOPLE)), rng.randrange(10**6, 10**12)
            rates = {"averageRate": 10**9, "anchorRate": 10**9, "clock": len(tape.blocks)}
            block.append(vault.say("Accrued", interest=7, toReserve=1, **rates))
            if rng.random() < 0.4:
                block.append(vault.say("Transfer", **{"from": address(0), "to": who, "value": value}))
                block.append(vault.say("Deposit", sender=who, owner=who, assets=value, shares=value))
            else:
                token += 1
                named = {"account": who, "collection": nft, "tokenId": token}
                block.append(desk.say("Pledged", units=100, payer=who, **named))
                block.append(vault.say("Drawn", receiver=who, assets=1_000, shares=1_000))
                block.append(desk.say("Borrowed", account=who, receiver=who, assets=1_000, shares=1_000))
        said += len(block)
        tape.mine(block)
    return tape, voices


def throughput(_context: Context) -> Report:
    """From logs as a node hands them over to rows that are committed."""
    report = Report()
    tape, voices = history(EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'index.sqlite'}")
        indexer = Indexer(LogSource(chain_of(tape, voices.values()), target_of(voices), span=200), store)
        indexer.open()
        done, seconds = timed(indexer.catch_up)
        store.close()
    report.note("index.events", done.events, "")
    report.at_least("index.events_per_second", done.events / seconds, PER_SECOND, "/s")
    return report


BENCHES: Final = (Bench("index.throughput", "events into SQLite", throughput),)
