"""What the index says of markets, fact by fact, beside the view that tells what the chain says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vitrine.chain.contract import Contract
from vitrine.indexer.checks import Check, Tables
from vitrine.indexer.compare import named
from vitrine.indexer.pool_events import KINDS, SHARED
from vitrine.indexer.royalty_events import POLICIES
from vitrine.indexer.schema import ZERO
from vitrine.indexer.scribe import FACTORY, POOL
from vitrine.indexer.source import Target
from vitrine.sdk.tokens import ERC721
from vitrine.units import WAD


class MarketChecks:
    """All facts of pools, royalties, standing bids and routers that a view answers."""

    def __init__(self, target: Target, tables: Tables) -> None:
        self.target, self.tables = target, tables

    def all(self) -> list[Check]:
        contracts = self.target.contracts
        found: list[Check] = []
        for kind, facts in (
            ("RoyaltyEngine", self._royalties),
            ("MarketRouter", self._routers),
            (FACTORY, self._pools),
            ("StandingBids", self._bids),
            ("LiquidationAuction", self._exits),
            ("DepthLens", self._depth),
            ("TierBook", self._caps),
            ("FloorOracle", self._feeds),
        ):
            if kind in contracts:
                found += facts(contracts[kind])
        return found

    # --- royalties --------------------------------------------------------------------------------------

    def _royalties(self, engine: Contract) -> Iterator[Check]:
        rows = self.tables["royalties"]
        for (receiver,), row in rows.items():
            yield Check("royalties", receiver, "claimable", row["claimable"], engine.claimable(receiver))
        owed = sum(row["claimable"] for row in rows.values())
        yield Check("royalties", "", "sum of claimable", owed, engine.totalClaimable())
        for (collection,), row in self.tables["royalty_rates"].items():
            rate = (row["receiver"], row["bps"], row["set"])
            yield Check("royalty_rates", collection, "override", rate, engine.overrideOf(collection), tuple)
            policy = (POLICIES.index(row["policy"] or POLICIES[0]), row["reduced_bps"])
            yield Check("royalty_rates", collection, "policy", policy, engine.policyOf(collection), tuple)
        for (caller,), row in self.tables["entitled"].items():
            yield Check("entitled", caller, "entitled", row["entitled"], engine.isEntitled(caller))

    # --- routers ----------------------------------------------------------------------------------------

    def _routers(self, router: Contract) -> Iterator[Check]:
        for (registry, venue), row in self.tables["venues"].items():
            if registry == router.address:
                yield Check("venues", venue, "listed", row["listed"], router.isVenue(venue))

    def _exits(self, auction: Contract) -> Iterator[Check]:
        for (venue,), row in self.tables["exits"].items():
            yield Check("exits", venue, "listed", row["listed"], auction.isExit(venue))

    def _caps(self, book: Contract) -> Iterator[Check]:
        source = self.tables["parameters"].get(("book exit depth",), {"value": ZERO})["value"]
        yield Check("parameters", "book exit depth", "value", source, book.exitDepth())

    def _feeds(self, oracle: Contract) -> Iterator[Check]:
        for (collection,), row in self.tables["pool_feeds"].items():
            yield Check("pool_feeds", collection, "feed", row["feed"], oracle.poolFeedOf(collection))

    def _depth(self, lens: Contract) -> Iterator[Check]:
        for (collection,), row in self.tables["depths"].items():
            level = (row["level_wad"] // WAD, row["level_at"])
            yield Check(
                "depths", collection, "level", level, lens.gaugeOf(collection), lambda v: tuple(v[2:])
            )
            pools = json.loads(row["pools"] or "[]")
            yield Check("depths", collection, "pools", pools, lens.poolsOf(collection), list)

    # --- pools ------------------------------------------------------------------------------------------

    def _pools(self, factory: Contract) -> Iterator[Check]:
        parameters, interface = self.tables["parameters"], self.target.contract(POOL).interface
        for name, call, blank in (
            ("pool protocol fee", factory.protocolFeeBps(), "0"),
            ("pool fee receiver", factory.feeReceiver(), ZERO),
        ):
            value = parameters.get((name,), {"value": blank})["value"]
            yield Check("parameters", name, "value", value, call, str)
        for (curve,), row in self.tables["curves"].items():
            yield Check("curves", curve, "listed", row["listed"], factory.isCurve(curve))
        for (address,), row in self.tables["pools"].items():
            pool = Contract(address, interface)
            yield Check("pools", address, "is a pool", True, factory.isPool(address))
            yield from self._pool(pool, row)

    def _pool(self, pool: Contract, row: dict[str, Any]) -> Iterator[Check]:
        def check(name: str, value: Any, call: Any, read: Any = lambda v: v) -> Check:
            return Check("pools", pool.address, name, value, call, read)

        state = (row["spot"], row["delta"], row["fee_bps"], row["protocol_fee_bps"], row["protocol_fees"])
        terms = (row["collection"], row["owner"], row["curve"])
        yield check("state", state, pool.state(), tuple)
        yield check("kind", row["kind"], pool.kind(), lambda v: KINDS[v])
        for name, value in zip(("collection", "owner", "curve"), terms, strict=True):
            yield check(name, value, pool.call(name))
        yield check("list_root", row["list_root"], pool.listRoot(), lambda v: "0x" + v.hex())
        if row["kind"] == SHARED:
            yield check("reserves", (row["nfts"], row["assets"]), pool.reserves(), tuple)
            yield check("shares", row["shares"], pool.totalSupply())
        else:  # gifts count as the owner's, and no event of the pool tells them
            held = row["nfts"], row["assets"]
            yield check("reserves", held, pool.reserves(), lambda v: (min(held[0], v[0]), min(held[1], v[1])))
        holders = {
            key[1]: r["shares"] for key, r in self.tables["pool_shares"].items() if key[0] == pool.address
        }
        if row["kind"] == SHARED:
            yield check("sum of shares", sum(holders.values()), pool.totalSupply())
        for account, shares in holders.items():
            yield Check("pool_shares", f"{pool.address} {account}", "shares", shares, pool.balanceOf(account))
        ids = [key[1] for key in self.tables["pool_nfts"] if key[0] == pool.address]
        told = row["nfts"]
        yield check("ids", min(told, len(ids)), pool.reserves(), lambda v: min(told, v[0]))
        nft = Contract(row["collection"], ERC721)
        for token_id in ids:
            key = f"{pool.address} {token_id}"
            yield Check("pool_nfts", key, "owner", pool.address, nft.ownerOf(token_id))

    # --- standing bids ----------------------------------------------------------------------------------

    def _bids(self, book: Contract) -> Iterator[Check]:
        gone = (ZERO, ZERO, 0, 0, 0, False, 0, 0)
        for (bid_id,), row in self.tables["bids"].items():
            terms = (row["bidder"], row["collection"], row["price_bps"], row["quantity"], row["ends_at"])
            whole = (*terms, row["cancelled"], row["max_price"], row["locked"]) if row["open"] else gone
            yield Check("bids", str(bid_id), "terms", whole, book.bidOf(bid_id), tuple)
        for (bidder,), row in self.tables["bidders"].items():
            yield Check("bidders", bidder, "claimable", row["claimable"], book.claimable(bidder))
        for key, row in self.tables["bid_nfts"].items():
            nft = Contract(str(key[0]), ERC721)
            yield Check("bid_nfts", named(key), "owed to", row["bidder"], book.owedTo(*key))
            yield Check("bid_nfts", named(key), "owner", book.address, nft.ownerOf(key[1]))
