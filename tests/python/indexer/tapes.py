"""A small market told by hand: random but lawful events on a tape, and indexes made of it."""

import random

from vitrine.indexer.compare import Difference, differences
from vitrine.indexer.source import LogSource
from vitrine.indexer.store import Store
from vitrine.indexer.sync import Indexer
from vitrine.indexer.tape import Log, Tape, Voice, chain_of, target_of

ZERO = "0x" + "00" * 20
NFT = "0x" + "c0" * 20
PEOPLE = ["0x" + f"{0xA0 + i:02x}" * 20 for i in range(6)]
VOICES = {
    "LendingVault": Voice(
        "0x" + "01" * 20,
        [
            "Transfer(address indexed from, address indexed to, uint256 value)",
            "Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)",
            "Drawn(address indexed receiver, uint256 assets, uint256 shares)",
            "Collected(address indexed payer, uint256 assets, uint256 shares, uint256 fine)",
            "ParameterSet(bytes32 indexed kind, uint256 value)",
        ],
    ),
    "CreditDesk": Voice(
        "0x" + "02" * 20,
        [
            (
                "Pledged(address indexed account, address indexed collection, uint256 indexed tokenId,"
                " uint256 units, address payer)"
            ),
            (
                "Withdrawn(address indexed account, address indexed collection, uint256 indexed tokenId,"
                " address receiver)"
            ),
            "Borrowed(address indexed account, address indexed receiver, uint256 assets, uint256 shares)",
            (
                "Repaid(address indexed account, address indexed payer, uint256 assets, uint256 shares,"
                " uint256 fine)"
            ),
        ],
    ),
    "TierBook": Voice(
        "0x" + "03" * 20, ["CollectionAdded(address indexed collection, uint8 place, uint256 epoch)"]
    ),
}
VAULT, DESK, BOOK = VOICES.values()


class Town:
    """Who holds what, so that every event told could have happened. `tell` mines a block of some."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.tape = Tape()
        self.tape.mine([BOOK.say("CollectionAdded", collection=NFT, place=0, epoch=1)])
        self.states: list[tuple[dict[str, int], dict[str, int], dict[int, str], int]] = []
        self.shares = dict.fromkeys(PEOPLE, 0)
        self.debts = dict.fromkeys(PEOPLE, 0)
        self.nfts: dict[int, str] = {}
        self.token = 0

    def tell(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.states.append((dict(self.shares), dict(self.debts), dict(self.nfts), self.token))
            self.tape.mine([log for _ in range(self.rng.randrange(4)) for log in self._one()])

    def forget(self, depth: int) -> None:
        """The last blocks are replaced by nothing yet."""
        self.tape.cut(depth)
        self.shares, self.debts, self.nfts, self.token = self.states[-depth]
        del self.states[-depth:]

    def _one(self) -> list[Log]:
        who, value = self.rng.choice(PEOPLE), self.rng.randrange(1, 10**30)
        match self.rng.randrange(6):
            case 0:
                self.shares[who] += value
                minted = VAULT.say("Transfer", **{"from": ZERO, "to": who, "value": value})
                return [minted, VAULT.say("Deposit", sender=who, owner=who, assets=value, shares=value)]
            case 1:
                to, some = self.rng.choice(PEOPLE), self.rng.randrange(self.shares[who] + 1)
                self.shares[who] -= some
                self.shares[to] += some
                return [VAULT.say("Transfer", **{"from": who, "to": to, "value": some})]
            case 2:
                self.token += 1
                self.nfts[self.token] = who
                named = {"account": who, "collection": NFT, "tokenId": self.token}
                return [DESK.say("Pledged", units=100, payer=who, **named)]
            case 3 if self.nfts:
                token = self.rng.choice(sorted(self.nfts))
                owner = self.nfts.pop(token)
                named = {"account": owner, "collection": NFT, "tokenId": token}
                return [DESK.say("Withdrawn", receiver=owner, **named)]
            case 4:
                self.debts[who] += value
                cash = VAULT.say("Transfer", **{"from": ZERO, "to": who, "value": value})
                self.shares[who] += value
                lent = VAULT.say("Deposit", sender=who, owner=who, assets=value, shares=value)
                drawn = VAULT.say("Drawn", receiver=who, assets=value, shares=value)
                return [
                    cash,
                    lent,
                    drawn,
                    DESK.say("Borrowed", account=who, receiver=who, assets=value, shares=value),
                ]
            case _:
                some = self.rng.randrange(self.debts[who] + 1)
                self.debts[who] -= some
                paid = VAULT.say("Collected", payer=who, assets=some, shares=some, fine=0)
                return [paid, DESK.say("Repaid", account=who, payer=who, assets=some, shares=some, fine=0)]


def indexer(tape: Tape, store: Store, *, span: int = 10) -> Indexer:
    """Opened."""
    made = Indexer(LogSource(chain_of(tape, VOICES.values()), target_of(VOICES), span=span), store)
    made.open()
    return made


def against_fresh(tape: Tape, store: Store) -> list[Difference]:
    """What differs from an index built in one go from the tape as it is now."""
    fresh = Store("sqlite://")
    indexer(tape, fresh, span=10_000).catch_up()
    with store.reading() as mine, fresh.reading() as theirs:
        found = list(differences(mine, theirs))
    assert fresh.cursor().block == store.cursor().block
    assert fresh.cursor().hash == store.cursor().hash
    fresh.close()
    return found
