"""One machine for the markets: pools and their shares, royalties, standing bids, exits, measured depth."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.conftest import deploy_asset
from tests.helpers import strategies as own
from tests.helpers.accounts import Account
from tests.helpers.core import BPS, DAY, FLOOR, GOVERNOR, HOUR, KEEPER, MAIN_TIER, MAX_RATE, build_core
from tests.helpers.evm import DEPLOYER, Contract, PyrevmDriver, Revert, Tx
from tests.helpers.markets import ARTIST, CURVES, FOREVER, KINDS, MAKER, build_market
from tests.helpers.stateful import Machine, check, rule
from tests.stateful.marketbook import MarketBook, PoolBook
from vitrine.models.depth import Gauge

TRADERS = [Account(f"trader {i}") for i in range(3)]
PROVIDERS = [Account(f"provider {i}") for i in range(2)]
BIDDERS = [Account(f"bidder {i}") for i in range(3)]
BORROWERS = [Account(f"borrower {i}") for i in range(3)]
MOST_POOLS = 8
CEILING = 2_000  # units behind debt, governed
OUT_OF_RANGE = ("CurveExhausted", "BadSpot", "BadDelta")
ZERO = "0x" + "00" * 20


class MarketMachine(Machine):
    @initialize()
    def build(self) -> None:
        self.driver = PyrevmDriver()
        self.asset = deploy_asset(self.driver, self.variant)
        self.core = c = build_core(self.driver, self.asset.decimals(), self.asset)
        self.market = m = build_market(self.driver, core=c)
        self.art = self.driver.deploy("RoyaltyNft", ARTIST, 500)
        self.bids = self.driver.deploy("StandingBids", c.auction, c.oracle, c.oracle, c.asset)
        self.pool_exit = self.driver.deploy("PoolExit", c.auction, m.factory)
        self.lens = self.driver.deploy("DepthLens", c.authority, c.book, c.oracle, m.factory, self.bids)
        for venue in (self.bids, self.pool_exit):
            c.auction.setExit(venue, True, sender=GOVERNOR)
        m.royalties.setEntitled(self.pool_exit, True, sender=GOVERNOR)
        m.royalties.setPolicy(self.art, 2, 0, sender=GOVERNOR)
        c.book.setTier(c.nft, tuple((MAIN_TIER | {"creditCapUnits": CEILING}).values()), sender=GOVERNOR)
        c.book.setExitDepth(self.lens, sender=GOVERNOR)
        self.book = MarketBook(m.factory, m.royalties, self.bids)
        self.pools: list[Contract] = []
        self.owner: dict[tuple[str, int], str] = {}
        self.live: list[tuple[str, int]] = []
        self.gauge = Gauge()
        self.next_id = 1
        self.salt = 0
        for who in (*TRADERS, *PROVIDERS, *BIDDERS, MAKER):
            self.asset.mint(who, 10**9 * c.one, sender=DEPLOYER)
            self.asset.approve(self.bids, 2**255, sender=who)
            for nft in (c.nft, self.art):
                self.mint(nft, who, 4)
        self.asset.approve(c.auction, 2**255, sender=TRADERS[0])
        c.supply(5_000_000)
        self.open_pool("two-sided", "linear", c.nft, FLOOR, 100)
        self.open_pool("shared", "linear", c.nft, FLOOR, 100)
        self.open_pool("shared", "product", c.nft, FLOOR, 50)
        self.open_pool("two-sided", "exponential", self.art, FLOOR, 100)
        shared = [p for p in self.pools if self.kind(p) == "shared"]
        self.lens.setPools(c.nft, shared, sender=GOVERNOR)

    # -- acting ----------

    def do(self, call: Callable[[], Tx], *allowed: str) -> Tx | None:
        tx = self.attempt(call, *allowed)
        if tx is not None:
            self.read(tx)
        return tx

    def read(self, tx: Tx) -> None:
        self.book.read(tx)
        for e in tx.events:
            if e.name == "Transfer" and e.address in (self.core.nft.address, self.art.address):
                self.owner[e.address, e.args.get("id", e.args.get("tokenId"))] = e.args["to"]
            elif e.name in ("AuctionTaken", "AuctionSettledInto"):
                self.live.remove((e.collection, e.tokenId))

    def mint(self, nft: Contract, who: Account, count: int) -> list[int]:
        ids = list(range(self.next_id, self.next_id + count))
        self.next_id += count
        for token in ids:
            nft.mint(who, token, sender=GOVERNOR)
            self.owner[nft.address, token] = who.address
        return ids

    def open_pool(self, kind: str, curve: str, nft: Contract, price: float, fee_bps: int) -> Contract | None:
        spot, delta = self.market.start(curve, self.core.units(price))
        self.salt += 1
        terms = (
            nft.address, self.market.curves[curve].address, MAKER.address, KINDS.index(kind), fee_bps, spot,
            delta, b"\0" * 32, self.salt,
        )  # fmt: skip
        tx = self.do(lambda: self.market.factory.create(terms, sender=MAKER))
        assert tx is not None
        pool = self.driver.at("NFTPool", tx.return_value)
        self.pools.append(pool)
        for who in (*TRADERS, *PROVIDERS, MAKER):
            self.asset.approve(pool, 2**255, sender=who)
            nft.setApprovalForAll(pool, True, sender=who)
        if kind == "shared":
            ids = self.mint(nft, PROVIDERS[0], 6)
            self.do(lambda: pool.addLiquidity(ids, 2**200, 0, PROVIDERS[0], FOREVER, [], sender=PROVIDERS[0]))
        else:
            ids = self.mint(nft, MAKER, 4)
            self.do(lambda: pool.fund(ids, self.core.units(4 * FLOOR), sender=MAKER))
        return pool

    def some(self, data: Any, items: Sequence[Any], label: str) -> Any:
        return data.draw(st.sampled_from(items), label=label)

    def of(self, pool: Contract) -> PoolBook:
        return self.book.pools[pool.address]

    def kind(self, pool: Contract) -> str:
        return self.of(pool).kind

    def held(self, collection: str, who: Any) -> list[int]:
        address = who.address
        return sorted(token for (nft, token), o in self.owner.items() if nft == collection and o == address)

    def worth(self, pool: Contract) -> int | None:
        """Its ledger and what buying all its NFTs would bring, without fees; None where the curve ends."""
        p = self.of(pool)
        curve = self.driver.at("LinearCurve", pool.curve())
        try:
            return int(p.assets + curve.buyUp(p.spot, p.delta, p.nfts).cost)
        except Revert as error:
            if error.name in OUT_OF_RANGE:
                return None
            raise

    # -- pools ----------

    @precondition(lambda self: len(self.pools) < MOST_POOLS)
    @rule(
        kind=st.sampled_from(KINDS), curve=st.sampled_from(CURVES), art=st.booleans(),
        fee_bps=st.sampled_from([0, 1, 100, 5_000]), price=st.integers(1, 2 * FLOOR),
        seldom=st.integers(0, 3),
    )  # fmt: skip
    def create(self, kind: str, curve: str, art: bool, fee_bps: int, price: int, seldom: int) -> None:
        if kind == "shared" and curve == "exponential":
            curve = "linear"  # prices of the other cannot follow liquidity
        if not seldom:
            self.open_pool(kind, curve, self.art if art else self.core.nft, price, fee_bps)

    @rule(data=st.data())
    def fund(self, data: Any) -> None:
        pool = self.some(data, [p for p in self.pools if self.kind(p) != "shared"], "pool")
        ids = self.held(self.of(pool).collection, MAKER)[: data.draw(st.integers(0, 2), label="nfts")]
        assets = data.draw(st.integers(0, self.core.units(FLOOR)), label="assets")
        self.do(lambda: pool.fund(ids, assets, sender=MAKER))

    @rule(data=st.data())
    def drain(self, data: Any) -> None:
        pool = self.some(data, [p for p in self.pools if self.kind(p) != "shared"], "pool")
        ids = self.held(self.of(pool).collection, pool)[:1]
        assets = data.draw(own.part_of(pool.reserves().assets + 1), label="assets")
        self.do(lambda: pool.drain(ids, assets, MAKER, sender=MAKER), "PoolShort")

    @rule(data=st.data(), move=own.price_moves(), fee_bps=st.sampled_from([0, 50, 5_000]))
    def reprice(self, data: Any, move: int, fee_bps: int) -> None:
        pool = self.some(data, [p for p in self.pools if self.kind(p) != "shared"], "pool")
        p = self.of(pool)
        self.do(
            lambda: pool.setTerms(p.spot * move // BPS, p.delta, fee_bps, sender=MAKER), "BadSpot", "BadDelta"
        )

    @rule(data=st.data(), count=st.integers(0, 3))
    def add_liquidity(self, data: Any, count: int) -> None:
        pool = self.some(data, [p for p in self.pools if self.kind(p) == "shared"], "pool")
        who = self.some(data, PROVIDERS, "provider")
        nft = self.driver.at("MockNft", self.of(pool).collection)
        ids = self.mint(nft, who, count)
        most = self.core.units(10 * FLOOR)
        before = self.per_share(pool)
        tx = self.do(
            lambda: pool.addLiquidity(ids, most, 0, who, FOREVER, [], sender=who),
            "NothingTraded", "WrongNftCount", "CostAboveMax", "TooFewShares", *OUT_OF_RANGE,
        )  # fmt: skip
        if tx is not None:
            self.not_poorer(pool, before)

    @rule(data=st.data(), everything=st.booleans())
    def remove_liquidity(self, data: Any, everything: bool) -> None:
        owners = [(p, w) for p in self.pools for w in PROVIDERS if self.of(p).shares[w.address]]
        if not owners:
            return
        pool, who = self.some(data, owners, "share")
        shares = self.of(pool).shares[who.address]
        if not everything:
            shares = data.draw(own.part_of(shares), label="shares")
        due = pool.quoteRemove(shares)
        ids = self.held(self.of(pool).collection, pool)[: due[0]]
        before = self.per_share(pool)
        held = self.asset.balanceOf(who)
        tx = self.do(lambda: pool.removeLiquidity(shares, ids, due[1], who, FOREVER, sender=who))
        assert tx is not None
        check("MKT-4", self.asset.balanceOf(who) - held == due[1], due)
        # fractions paid in cash were sold to those who stay: that may lower the price, as a sale does
        self.not_poorer(pool, before, least_price=before[2] if due[2] else 0)

    def per_share(self, pool: Contract, least_price: int = 0) -> tuple[int, int, int]:
        """Its ledger at the pool's own price, the shares that divide it, the price; of a linear one twice."""
        p, curve = self.of(pool), self.driver.at("LinearCurve", pool.curve())
        if curve.address == self.market.curves["linear"].address:  # the middle of ask and bid
            price = max(2 * p.spot - p.delta, least_price)
            return 2 * p.assets + p.nfts * price, pool.totalSupply(), price
        price = max(curve.priceOf(p.spot, p.delta), least_price)
        return p.assets + p.nfts * price, pool.totalSupply(), price

    def not_poorer(self, pool: Contract, before: tuple[int, int, int], least_price: int = 0) -> None:
        """Coming and going costs those who stay no more than a unit of price per NFT."""
        after = self.per_share(pool, least_price)
        slack = self.of(pool).nfts + 2 + before[0] // 10**15
        check("MKT-5", (after[0] + slack) * before[1] >= before[0] * after[1], (before, after))

    @rule(data=st.data(), count=st.integers(1, 3))
    def buy(self, data: Any, count: int) -> None:
        pool = self.some(data, self.pools, "pool")
        who = self.some(data, TRADERS, "trader")
        ids = self.held(self.of(pool).collection, pool)[:count]
        if ids and self.kind(pool) != "buy":
            self.swap(pool, who, ids, buying=True)

    @rule(data=st.data(), count=st.integers(1, 3))
    def sell(self, data: Any, count: int) -> None:
        pool = self.some(data, self.pools, "pool")
        who = self.some(data, TRADERS, "trader")
        ids = self.held(self.of(pool).collection, who)[:count]
        if ids and self.kind(pool) != "sell":
            self.swap(pool, who, ids, buying=False)

    def swap(self, pool: Contract, who: Account, ids: list[int], buying: bool) -> int | None:
        """One swap against its quote; by how much the trader's asset changed."""
        quote_of = pool.quoteBuy if buying else pool.quoteSell
        refusals = (*OUT_OF_RANGE, "PoolShort", "FeesAbovePrice", "TooFewNfts")
        try:
            quote = quote_of(ids, who)
        except Revert as error:
            if error.name not in refusals:
                raise
            call = (
                (lambda: pool.buy(ids, 2**200, who, FOREVER, b"", sender=who))
                if buying
                else (lambda: pool.sell(ids, 0, who, FOREVER, [], b"", sender=who))
            )
            tx = self.attempt(call, error.name)
            check("MKT-4", tx is None, f"refused to quote with {error}, and swapped")
            return None
        before, worth = self.asset.balanceOf(who), self.worth(pool) if self.kind(pool) == "shared" else None
        tx = self.do(
            (lambda: pool.buy(ids, quote.total, who, FOREVER, b"", sender=who))
            if buying
            else (lambda: pool.sell(ids, quote.total, who, FOREVER, [], b"", sender=who))
        )
        assert tx is not None
        moved = self.asset.balanceOf(who) - before
        p = self.of(pool)
        exact = moved == (-quote.total if buying else quote.total)
        check("MKT-4", exact and (p.spot, p.delta) == (quote.newSpot, quote.newDelta), (moved, quote))
        if worth is not None:
            after = self.worth(pool)
            check("MKT-5", after is None or after >= worth, lambda: f"{worth} to {after}")
        return moved

    @rule(data=st.data(), first=st.booleans(), count=st.integers(1, 3))
    def round_trip(self, data: Any, first: bool, count: int) -> None:
        """There and back in one block."""
        pool = self.some(data, [p for p in self.pools if self.kind(p) in ("two-sided", "shared")], "pool")
        who = self.some(data, TRADERS, "trader")
        nft = self.of(pool).collection
        ids = self.held(nft, pool if first else who)[:count]
        if not ids:
            return
        with self.driver.same_block():
            there = self.swap(pool, who, ids, buying=first)
            back = self.swap(pool, who, ids, buying=not first) if there is not None else None
        if back is not None:
            check("MKT-6", there + back <= 0, f"{there} and {back}")

    @rule(data=st.data())
    def collect_fees(self, data: Any) -> None:
        pool = self.some(data, self.pools, "pool")
        self.do(lambda: pool.collectProtocolFees(sender=KEEPER))

    @rule()
    def claim_royalty(self) -> None:
        before, due = self.asset.balanceOf(ARTIST), self.book.royalty[ARTIST.address]
        self.do(lambda: self.market.royalties.claim(ARTIST, sender=ARTIST))
        check("MKT-12", self.asset.balanceOf(ARTIST) - before == due, due)

    @rule(data=st.data(), assets=st.integers(1, 10**9), seldom=st.integers(0, 3))
    def donate(self, data: Any, assets: int, seldom: int) -> None:
        if seldom:
            return
        target = self.some(data, [*self.pools, self.bids, self.market.royalties], "target")
        self.do(lambda: self.asset.transfer(target, assets, sender=TRADERS[0]))
        ids = self.held(self.core.nft.address, TRADERS[0])
        if ids and target in self.pools and self.of(target).collection == self.core.nft.address:
            self.do(lambda: self.core.nft.transferFrom(TRADERS[0], target, ids[0], sender=TRADERS[0]))

    # -- standing bids ----------

    @rule(data=st.data(), bps=st.integers(5_000, 15_000), quantity=st.integers(1, 3), days=st.integers(1, 30))
    def place_bid(self, data: Any, bps: int, quantity: int, days: int) -> None:
        who = self.some(data, BIDDERS, "bidder")
        price = self.core.oracle.quote(self.core.nft).spot
        most = data.draw(st.integers(price // 2, 2 * price), label="max price")
        until = self.driver.timestamp + days * DAY + 1
        self.do(
            lambda: self.bids.place(self.core.nft, bps, most, quantity, until, sender=who),
            "BidTooLow", "BidBookFull",
        )  # fmt: skip

    @precondition(lambda self: self.book.bids)
    @rule(data=st.data())
    def cancel_bid(self, data: Any) -> None:
        number = self.some(data, sorted(self.book.bids), "bid")
        before = self.lens.depthNow(self.core.nft).bids
        tx = self.do(
            lambda: self.bids.cancel(number, sender=self.book.bids[number].bidder), "BidAlreadyCancelled"
        )
        after = self.lens.depthNow(self.core.nft).bids
        check("MKT-7", tx is None or after <= before, (before, after))

    @precondition(lambda self: self.book.bids)
    @rule(data=st.data())
    def close_bid(self, data: Any) -> None:
        number = self.some(data, sorted(self.book.bids), "bid")
        if data.draw(st.booleans(), label="when over"):
            self.driver.warp_to(max(self.driver.timestamp, self.bids.bidOf(number).endsAt))
        self.do(lambda: self.bids.close(number, sender=KEEPER), "BidNotOver")

    @rule(data=st.data())
    def claim_bid(self, data: Any) -> None:
        who = self.some(data, BIDDERS, "bidder")
        before, due = self.asset.balanceOf(who), self.book.credits[who.address]
        self.do(lambda: self.bids.claim(who, sender=who))
        check("MKT-12", self.asset.balanceOf(who) - before == due, due)

    @precondition(lambda self: self.book.owed)
    @rule(data=st.data())
    def claim_nft(self, data: Any) -> None:
        collection, token = self.some(data, sorted(self.book.owed), "nft")
        who = self.book.owed[collection, token]
        self.do(lambda: self.bids.claimNft(collection, token, who, sender=who))
        check("MKT-12", self.owner[collection, token] == who, token)

    # -- liquidations ----------

    @rule(data=st.data(), ratio=st.integers(8_600, 11_000), hours=st.integers(0, 14))
    def auction_off(self, data: Any, ratio: int, hours: int) -> None:
        """A new loan, and a price at which all of it must be sold at once."""
        who = self.some(data, BORROWERS, "borrower")
        c = self.core
        if self.live or self.driver.timestamp < self.gauge.level_at:
            return
        price = c.oracle.quote(c.nft).mid
        (token,) = self.mint(c.nft, who, 1)
        ref = c.nft.address, token
        c.nft.setApprovalForAll(c.desk, True, sender=who)
        # the governed cap is no matter here: this machine looks at exits
        c.book.setExitDepth(ZERO, sender=GOVERNOR)
        self.do(
            lambda: c.desk.open([ref], price * 4_900 // BPS, MAX_RATE, who, sender=who), "NotEnoughCash",
            "UtilisationAboveMax", "DebtAboveLimit", "CreditCapExceeded", "DebtTooSmall", "PriceNotFresh",
        )  # fmt: skip
        c.book.setExitDepth(self.lens, sender=GOVERNOR)
        debt, health = c.desk.healthOf(who)
        if not debt:
            return
        mid = price * debt * BPS // (health.value * ratio)
        c.oracle.setPrice(c.nft, max(mid, c.one), sender=GOVERNOR)
        self.driver.warp(1)
        nfts = sorted((nft, t) for (nft, t) in self.owner if self.owner[nft, t] == c.desk.address)
        nfts = [n for n in nfts if c.desk.pledgeOf(*n).owner == who.address]
        self.do(lambda: c.desk.liquidate(who, nfts, sender=KEEPER))
        self.live = [n for n in nfts if c.desk.pledgeOf(*n).live]
        self.driver.warp(hours * HOUR)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), least=st.sampled_from([0, 0, 1, 2**100]))
    def settle_into_bids(self, data: Any, least: int) -> None:
        nft = self.some(data, self.live, "nft")
        offers = self.offers()
        self.settle(nft, self.bids, b"", least, max((p for p, _ in offers), default=0))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), least=st.sampled_from([0, 0, 1, 2**100]))
    def settle_into_pool(self, data: Any, least: int) -> None:
        nft = self.some(data, self.live, "nft")
        fitting = [p for p in self.pools if self.of(p).collection == nft[0] and self.kind(p) != "sell"]
        pool = self.some(data, fitting, "pool")
        # abi.encode(pool, new bytes32[][](0))
        code = bytes.fromhex(pool.address[2:]).rjust(32, b"\0") + (64).to_bytes(32, "big") + bytes(32)
        try:
            net = self.pool_exit.quoteExit(*nft, code)
        except Revert as error:
            if error.name in (*OUT_OF_RANGE, "PoolShort", "FeesAbovePrice"):
                return
            raise
        self.settle(nft, self.pool_exit, code, least, net)

    def offers(self) -> list[tuple[int, int]]:
        """(price, bid) that standing bids pay for a floor piece now."""
        spot, now = self.core.oracle.quote(self.core.nft).spot, self.driver.timestamp
        found = [(number, self.bids.bidOf(number)) for number in self.book.bids]
        return [(min(spot * b.priceBps // BPS, b.maxPrice), n) for n, b in found if now < b.endsAt]

    def settle(self, nft: tuple[str, int], venue: Contract, code: bytes, least: int, net: int) -> None:
        c = self.core
        with self.driver.same_block():
            price = c.auction.priceOf(*nft)[0]
            offers = self.offers()
            before = self.asset.balanceOf(c.vault)
            allowed = ("ProceedsTooLow", "NoBidTakes", "ProceedsBelowMin", "AuctionOver", "PoolShort")
            tx = self.do(lambda: c.auction.settleInto(*nft, venue, least, code, sender=KEEPER), *allowed)
            if tx is None:
                return
            arrived = self.asset.balanceOf(c.vault) - before
        event = c.auction.event("AuctionSettledInto", tx)
        honest = arrived == event.proceeds == net and arrived >= max(price, least) and event.price == price
        check("MKT-8", honest, (arrived, event, net, price))
        if venue is self.bids:
            best = max(p for p, _ in offers)
            first = min(n for p, n in offers if p == best)
            served = self.bids.event("BidFilled", tx)
            check("MKT-9", (served.price, served.bidId) == (best, first), (served, offers))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def take(self, data: Any) -> None:
        nft = self.some(data, self.live, "nft")
        self.do(
            lambda: self.core.auction.take(*nft, 2**255, TRADERS[0], b"", sender=TRADERS[0]), "AuctionOver"
        )

    # -- the world ----------

    @rule(bps=own.price_moves())
    def move_price(self, bps: int) -> None:
        if self.live:
            return
        c = self.core
        new = max(1_000 * c.one, min(c.oracle.quote(c.nft).spot * bps // BPS, 2 * FLOOR * c.one))
        self.do(lambda: c.oracle.setPrice(c.nft, new, sender=GOVERNOR))

    @rule(seconds=own.spans())
    def wait(self, seconds: int) -> None:
        self.driver.warp(seconds)
        self.do(lambda: self.core.vault.accrue(sender=KEEPER))

    @rule()
    def poke(self) -> None:
        c = self.core
        units = self.lens.depthNow(c.nft).units
        if self.do(lambda: self.lens.poke(c.nft, sender=KEEPER)) is not None:
            self.gauge.poke(units, CEILING, self.driver.timestamp)

    # -- looking ----------

    @invariant()
    def pools_hold_what_they_owe(self) -> None:
        for pool in self.pools:
            p, state = self.of(pool), pool.state()
            held = self.asset.balanceOf(pool)
            nfts, assets = pool.reserves()
            check("MKT-1", held >= assets + state.protocolFees, (held, assets, state))
            count = len(self.held(p.collection, pool))
            check("MKT-1", count >= nfts, (count, nfts))
            seen = (state.spot, state.delta, state.feeBps, state.protocolFees)
            check("MKT-10", seen == (p.spot, p.delta, p.fee_bps, p.fees), lambda s=seen, p=p: f"{s} {p}")
            if p.kind == "shared":
                check("MKT-10", (nfts, assets) == (p.nfts, p.assets), lambda p=p: p)
                shares = {w.address: pool.balanceOf(w) for w in PROVIDERS}
                check("MKT-10", all(p.shares[a] == s for a, s in shares.items()), shares)
                check("MKT-10", sum(p.shares.values()) == pool.totalSupply())

    @invariant()
    def ledgers_are_covered(self) -> None:
        engine = self.market.royalties
        owed = engine.claimable(ARTIST)
        check("MKT-2", self.asset.balanceOf(engine) >= engine.totalClaimable() >= owed)
        check("MKT-10", owed == self.book.royalty[ARTIST.address] and self.book.paid <= self.book.due)
        credited = {who.address: self.bids.claimable(who) for who in BIDDERS}
        check("MKT-10", all(self.book.credits[a] == v for a, v in credited.items()), credited)
        locked = 0
        for number, bid in self.book.bids.items():
            said = self.bids.bidOf(number)
            check(
                "MKT-10", (said.bidder, said.locked, said.quantity) == (bid.bidder, bid.locked, bid.quantity)
            )
            locked += bid.locked
        check("MKT-3", self.asset.balanceOf(self.bids) >= locked + sum(credited.values()), locked)
        for (collection, token), who in self.book.owed.items():
            there = self.owner[collection, token] == self.bids.address
            check("MKT-3", there and self.bids.owedTo(collection, token) == who, (token, who))

    @invariant()
    def cap_keeps_the_rule(self) -> None:
        c, now = self.core, self.driver.timestamp
        units = self.lens.depthNow(c.nft).units
        rule_ = self.gauge.cap(units, CEILING, now)
        said, cap = self.lens.depthUnits(c.nft), c.book.creditCapOf(c.nft)
        check("MKT-7", said == rule_ and cap == min(rule_, CEILING), (said, cap, rule_, units))

    @invariant()
    def nothing_is_left_behind(self) -> None:
        check("MKT-11", self.asset.balanceOf(self.pool_exit) == 0)
        check("MKT-11", not self.held(self.core.nft.address, self.pool_exit))

    @invariant()
    def everybody_can_leave(self) -> None:
        for pool in self.pools:
            for who in PROVIDERS:
                shares = self.of(pool).shares[who.address]
                if not shares:
                    continue
                try:
                    nfts, assets, _ = pool.quoteRemove(shares)
                    ids = self.held(self.of(pool).collection, pool)[:nfts]
                    pool.removeLiquidity.call(shares, ids, assets, who, FOREVER, sender=who)
                except Revert as error:
                    check("MKT-12", False, f"{who} cannot leave {self.of(pool)}: {error}")
        check("MKT-12", True)
