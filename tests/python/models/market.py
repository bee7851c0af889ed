"""A book whose eight places hold terms and quotes drawn at random, on the chain and in the model alike."""

import random
from dataclasses import dataclass, field

from tests.helpers.core import GOVERNOR, Core, build_core
from tests.helpers.evm import Contract, PyrevmDriver
from tests.helpers.stateful import PROFILE
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Place, Tier, tier_complaint

PLACES = 8
ROUNDS = {"quick": 1, "ci": 4, "nightly": 40}[PROFILE]


def random_tier(rng: random.Random) -> Tier:
    """Legal terms, extremes likely."""
    while True:
        low = rng.choice([500, 1_000, 1_500, rng.randint(500, 1_500)])
        high = rng.choice([low, 1_500, rng.randint(low, 1_500)])
        tier = Tier(
            ltv_bps=rng.randint(1_000, 5_000),
            lt_bps=rng.choice([7_000, 7_500, rng.randint(7_000, 9_000)]),
            discount_min_bps=low,
            discount_max_bps=high,
            gap_bps=rng.choice([500, rng.randint(500, 2_000)]),
            premium_bps=rng.choice([10_000, 12_000, 20_000, rng.randint(10_000, 20_000)]),
            reserve_bps=rng.choice([2_000, 5_000, 10_000 - high]),
            premium_seconds=rng.choice([900, 3_600, rng.randint(900, 43_200)]),
            band_seconds=rng.choice([3_600, 21_600, rng.randint(3_600, 172_800)]),
            distressed_seconds=rng.choice([3_600, 18_000, rng.randint(3_600, 172_800)]),
            grace_seconds=rng.randint(21_600, 43_200),
            credit_cap_units=rng.randint(0, 2**24 - 1),
            max_live=rng.choice([1, 2, 8, 31, rng.randint(1, 31)]),
            open=rng.random() < 0.8,
        )
        if tier_complaint(tier) is None:
            return tier


def random_price(rng: random.Random) -> int:
    """1 unit to 10^30, orders of magnitude likely."""
    return rng.choice([1, 99, 100, 101, rng.randint(1, 10**6), rng.randint(1, 10 ** rng.randint(7, 30))])


def random_quote(rng: random.Random, now: int, *, state: OracleState | None = None) -> Quote:
    mid, spot = random_price(rng), random_price(rng)
    worst = rng.choice(list(OracleState)) if state is None else state
    at = now - rng.randint(1, 200_000)
    return Quote(
        rng.randint(0, mid), mid, max(mid, spot), spot, mid, 0, at, at, rng.randint(0, 10_000), worst
    )


@dataclass
class BookOfEight:
    core: Core
    rng: random.Random
    places: list[Place] = field(default_factory=list)
    nfts: list[Contract] = field(default_factory=list)

    @classmethod
    def build(cls, seed: int = 1) -> "BookOfEight":
        core = build_core(PyrevmDriver(), 6)
        nfts = [core.nft, core.thin]
        self = cls(core, random.Random(seed), nfts=nfts)
        for _ in range(PLACES - 2):
            nft = core.driver.deploy("MockNft")
            core.price(1, nft)
            core.book.addCollection(nft, tuple(random_tier(self.rng)), sender=GOVERNOR)
            nfts.append(nft)
        self.shuffle()
        return self

    def shuffle(self, *, state: OracleState | None = None, tiers: bool = True) -> None:
        """New quotes (all in `state` if given) and terms for all places."""
        old, self.places = self.places, []
        for index, nft in enumerate(self.nfts):
            tier = random_tier(self.rng) if tiers or not old else old[index].tier
            quote = random_quote(self.rng, self.core.driver.timestamp, state=state)
            self.core.book.setTier(nft, tuple(tier), sender=GOVERNOR)
            self.core.oracle.setQuote(nft, tuple(quote), sender=GOVERNOR)
            self.places.append(Place(nft.address, tier, quote))

    def set_quote(self, index: int, quote: Quote) -> None:
        self.core.oracle.setQuote(self.nfts[index], tuple(quote), sender=GOVERNOR)
        self.places[index] = self.places[index]._replace(quote=quote)

    def set_tier(self, index: int, tier: Tier) -> None:
        self.core.book.setTier(self.nfts[index], tuple(tier), sender=GOVERNOR)
        self.places[index] = self.places[index]._replace(tier=tier)

    def units(self) -> int:
        """A random unit word; most accounts hold one or two collections."""
        rng = self.rng
        word = 0
        for place in rng.sample(range(PLACES), rng.choice([0, 1, 1, 1, 2, 3, 8])):
            word |= rng.choice([1, 100, 300, 65_535, rng.randint(1, 65_535)]) << 16 * place
        return word
