"""The twin of `StandingBids` against the contract: orders, fills, displacements, credits, refusals."""

import random

import pytest

from tests.helpers.accounts import Account
from tests.helpers.core import DAY, GOVERNOR, build_core
from tests.helpers.evm import PyrevmDriver, Revert
from tests.python.models.market import ROUNDS
from vitrine.errors import StateError
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.standing_bids import BidBook, best, depth_at, worth_of

WHO = [Account(f"standing bidder {n}") for n in range(5)]


class Pair:
    """A book on the chain, whose auction house is a double, and its twin."""

    def __init__(self, decimals: int) -> None:
        self.core = core = build_core(PyrevmDriver(), decimals)
        self.house = core.driver.deploy("CallbackProbe")
        self.bids = core.driver.deploy("StandingBids", self.house, core.oracle, core.oracle, core.asset)
        self.twin = BidBook()
        self.price = core.units(60_000)
        self.state, self.token = OracleState.FRESH, 0
        for who in WHO:
            core.fund(who, core.units(10**12), self.bids)

    @property
    def worth(self) -> int:
        return worth_of(Quote.flat(self.price, 1, state=self.state))

    def set(self, price: int, state: OracleState) -> None:
        self.price, self.state = price, state
        self.core.oracle.setPrice(self.core.nft, price, sender=GOVERNOR)
        self.core.oracle.setState(self.core.nft, state, sender=GOVERNOR)

    def both(self, chain, twin):
        """The same from both: a result, or a refusal."""
        try:
            expected = twin()
        except StateError:
            with pytest.raises(Revert):
                chain()
            return None
        got = chain()
        return expected, got

    def same(self, rng: random.Random) -> None:
        core, bids, now = self.core, self.bids, self.core.driver.timestamp
        assert bids.bidsOf(core.nft) == self.twin.ranked(self.worth, now)
        least = rng.randint(1, 2 * self.price)
        assert bids.depthAt(core.nft, least) == depth_at(self.twin.bids.values(), self.worth, least, now)
        for who in WHO:
            assert bids.claimable(who) == self.twin.credits.get(who.address, 0)
        for bid in self.twin.bids.values():
            found = bids.bidOf(bid.number)
            assert (found.bidder, found.quantity, found.endsAt, found.cancelled, found.locked) == (
                bid.bidder, bid.quantity, bid.ends_at, bid.cancelled, bid.locked,
            )  # fmt: skip
        locked = sum(bid.locked for bid in self.twin.bids.values())
        assert core.asset.balanceOf(bids) == locked + sum(self.twin.credits.values())


@pytest.mark.parametrize("decimals", [6, 18])
def test_book__random_life__equals_the_chain(decimals):
    rng = random.Random(decimals)
    pair = Pair(decimals)
    core, bids, twin = pair.core, pair.bids, pair.twin
    filled = displaced = 0
    for step in range(120 * ROUNDS):
        driver, move = core.driver, rng.choice("pppppppfffcxtm" if step > 40 else "p")
        with driver.same_block():
            now, who = driver.timestamp, rng.choice(WHO)
            if move == "p":
                most = rng.randint(max(1, pair.price * 4 // 10), 2 * pair.price)
                terms = (rng.choice([5_000, 9_000, 9_000, 9_500, 12_000]), most, rng.randint(1, 3))
                until = now + rng.randint(DAY - 2, 40 * DAY)
                before = set(twin.bids)
                both = pair.both(
                    lambda t=terms, u=until, w=who: bids.place(core.nft, *t, u, sender=w).return_value,
                    lambda t=terms, u=until, w=who, n=now: twin.place(
                        w.address, *t, u, worth=pair.worth, now=n
                    ),
                )
                assert both is None or both[0] == both[1]
                displaced += len(before - set(twin.bids))
            elif move == "f":
                units = rng.choice([100, 100, 250])
                pair.token += 1
                core.oracle.setUnits(core.nft, pair.token, units, 2**39, sender=GOVERNOR)
                worth = worth_of(Quote.flat(pair.price, 1, state=pair.state), units)
                least = rng.randint(0, worth)
                quoted = best(twin.bids.values(), worth, now)
                assert bids.quoteExit(core.nft, pair.token, b"") == (quoted.price(worth) if quoted else 0)
                sell = bids.exit.data(core.nft, pair.token, GOVERNOR, least, b"")
                both = pair.both(
                    lambda s=sell: pair.house.execute(bids, 0, s, sender=GOVERNOR),
                    lambda w=worth, m=least, n=now: twin.fill(w, m, n),
                )
                if both is not None:
                    filled += 1
                    event = bids.event("BidFilled", both[1])
                    assert (event.bidId, event.price) == (both[0].bid.number, both[0].price)
            elif move in "cx":
                number = rng.randint(1, max(1, twin.last))
                owner = bids.bidOf(number).bidder
                name = "cancel" if move == "c" else "close"
                pair.both(
                    lambda n=number, o=owner, c=name: getattr(bids, c)(n, sender=o),
                    lambda n=number, t=now, c=name: getattr(twin, c)(n, t),
                )
            elif move == "m":
                state = rng.choice([OracleState.FRESH, OracleState.FRESH, OracleState.STALE])
                pair.set(pair.price * rng.randint(80, 125) // 100, state)
        if move == "t":
            driver.warp(rng.randint(1, DAY))
        if step % 8 == 0:
            with driver.same_block():
                pair.same(rng)
    assert filled > 3 and displaced > 3
