"""Snapshots made of numbers alone, for the pure parts of the keepers."""

import random
from collections.abc import Sequence

from tests.python.models.market import random_tier
from vitrine.keepers.snapshot import Accounts, Market, Nft, NftBook, Ref, Snapshot
from vitrine.models.auction import AuctionTerms
from vitrine.models.desk import Account, Mark, Notice
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Place, Tier
from vitrine.models.units_word import add

HOUR, DAY = 3_600, 86_400
NOW = 1_650_500_000
ONE = 10**6
FLOOR = 60_000 * ONE
ZERO = "0x" + "00" * 20
KEEPER = "0x" + "ee" * 20
NFT = ["0x" + f"{0xC0 + i:02x}" * 20 for i in range(8)]
TIER = Tier(
    5_000, 7_500, 500, 1_500, 500, 12_000, 5_000, HOUR, 6 * HOUR, 5 * HOUR, 6 * HOUR, 1_000_000, 16, True
)


def place(
    mid: int = FLOOR, *, index: int = 0, tier: Tier = TIER, state: OracleState = OracleState.FRESH
) -> Place:
    return Place(NFT[index], tier, Quote.flat(mid, NOW - 100, state=state))


def market(*places: Place | None, **changes: object) -> Market:
    """A market whose debt shares are worth exactly one unit each, but for the virtual ones."""
    full = [*places, *[None] * (8 - len(places))] if places else [place(), *[None] * 7]
    values: dict[str, object] = {
        "block": 100, "timestamp": NOW, "clock": NOW, "paused": False, "resumed_at": 0,
        "debt_assets": 10**15 - 1, "debt_shares": 10**18 - 1_000, "cash": 0, "reserve": 0,
        "supply_assets": 10**15, "supply_shares": 10**21, "floating_bad_debt": 0, "marked_shares": 0,
        "marked_collateral": 0, "queued_shares": 0, "queue_head": 0, "queue_tail": 0, "rate": 0,
        "target_rate": 0, "max_tip": 100 * ONE, "min_debt": 10 * ONE, "behind": 0, "places": tuple(full),
    }  # fmt: skip
    return Market(**(values | changes))


def address(number: int) -> str:
    return f"0x{number + 1:040x}"


Row = tuple[str, Account, Notice | None, Mark | None]


def shares_of(debt: int) -> int:
    """Debt shares that stand for exactly `debt` in `market()`."""
    return debt * 1_000


class World:
    """Builds a snapshot account by account."""

    def __init__(self, base: Market | None = None) -> None:
        self.market = base or market()
        self.rows: list[Row] = []
        self.nfts = NftBook()
        self.auctions: dict[Ref, AuctionTerms] = {}
        self._token = 0

    def account(
        self,
        debt: int,
        pieces: int | Sequence[Nft] = 1,
        *,
        flags: int = 0,
        notice: Notice | None = None,
        mark: Mark | None = None,
        known: bool = True,
    ) -> str:
        """An account with `pieces` NFTs of the first place; returns its address."""
        name = address(len(self.rows))
        if isinstance(pieces, int):
            pieces = [self.nft() for _ in range(pieces)]
        word = 0
        for nft in pieces:
            word = add(word, nft.place, nft.units)
        live = sum(nft.live for nft in pieces)
        made = Account(shares_of(debt), word, len(pieces), live, flags)
        self.rows.append((name, made, notice, mark))
        if known:
            self.nfts[name] = tuple(sorted(pieces, key=lambda nft: nft.order))
        return name

    def nft(self, place: int = 0, units: int = 100, *, started_at: int | None = None, **more: object) -> Nft:
        self._token += 1
        live = started_at is not None
        made = Nft(NFT[place], self._token, place, units, live=live, **more)
        if live:
            tier = self.market.places[place].tier
            self.auctions[made.ref] = AuctionTerms(
                started_at, units, tier.premium_bps, tier.discount_min_bps, tier.discount_max_bps,
                tier.reserve_bps, tier.premium_seconds, tier.band_seconds, tier.distressed_seconds,
            )  # fmt: skip
        return made

    def snapshot(self) -> Snapshot:
        return Snapshot(self.market, Accounts.build(self.rows), self.nfts, self.auctions)


def notice(age: int, *, starter: str = ZERO, started_at: int = 0) -> Notice:
    """A notice that is `age` old at NOW."""
    return Notice(KEEPER, NOW - age, starter, started_at)


def random_market(rng: random.Random, decimals: int) -> Market:
    """Eight places and totals of every size."""
    places = []
    for index in range(8):
        mid = rng.randint(1, 10 ** rng.randint(1, decimals + 6))
        spot = rng.randint(1, 10 ** rng.randint(1, decimals + 6))
        quote = Quote(0, mid, mid, spot, mid, 0, NOW - 9, NOW - 9, 10_000, rng.choice(list(OracleState)))
        places.append(Place(NFT[index], random_tier(rng), quote))
    assets = rng.randint(0, 10 ** rng.randint(1, decimals + 12))
    shares = rng.randint(assets // 3, assets * 1_000 + 1)
    return market(*places, debt_assets=assets, debt_shares=shares)
