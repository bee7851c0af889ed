"""The part of the plan for markets: royalties, pools, routers, venues, exits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vitrine.deploy.params import CollectionParams, Params
from vitrine.deploy.steps import Create, CreateGroup, Invoke, Known, Ref, Step

_POLICIES: Final = ("full", "reduced", "waived")
CURVES: Final = ("LinearCurve", "ExponentialCurve", "ConstantProductCurve")
"""What new pools may price along."""
VENUES: Final = ("PoolVenue", "SeaportVenue")
"""What the routers may trade with."""
EXITS: Final = ("StandingBids", "PoolExit", "SeaportBidExit")
"""What an auction may settle into."""
ENTITLED: Final[tuple[str, ...]] = ("PoolExit",)
"""Sell for liquidations: a royalty policy is for them."""


class MarketPlanner:
    """Steps of everything that buys and sells NFTs."""

    def __init__(self, params: Params, asset: str | Ref, fee_receiver: str) -> None:
        self._params = params
        self._asset = asset
        self._fee_receiver = fee_receiver

    def contracts(self) -> Iterator[Step]:
        """After the lending group, on which some of them stand."""
        authority, asset, markets = Ref("Authority"), self._asset, self._params.markets
        yield Create("RoyaltyEngine", "RoyaltyEngine", [authority, asset])
        yield CreateGroup(
            "pools",
            [
                Create("NFTPool", "NFTPool", [asset, Ref("RoyaltyEngine"), Ref("NFTPoolFactory")]),
                Create(
                    "NFTPoolFactory",
                    "NFTPoolFactory",
                    [authority, Ref("NFTPool"), asset, markets.protocol_fee_bps, self._fee_receiver],
                ),
            ],
        )
        for name in CURVES:
            yield Create(name, name)
        yield self._routers()
        yield Create("PoolVenue", "PoolVenue", [Ref("NFTPoolFactory")])
        seaport = Ref("Seaport")
        if markets.seaport is not None:
            yield Known("Seaport", "Seaport", markets.seaport)
        else:
            yield Create("LocalConduitController", "LocalConduitController")
            yield Create("Seaport", "Seaport", [Ref("LocalConduitController")])
        yield Create("SeaportVenue", "SeaportVenue", [seaport, asset])
        yield Create("SeaportBidExit", "SeaportBidExit", [seaport, asset])
        book = [Ref("LiquidationAuction"), Ref("FloorOracle"), Ref("Appraisals")]
        yield Create("StandingBids", "StandingBids", [*book, asset])
        auction, factory = Ref("LiquidationAuction"), Ref("NFTPoolFactory")
        yield Create("PoolExit", "PoolExit", [auction, factory])
        yield Create("PoolTaker", "PoolTaker", [auction, factory, asset])
        markets_of = [Ref(name) for name in ("TierBook", "FloorOracle", "NFTPoolFactory", "StandingBids")]
        yield Create("DepthLens", "DepthLens", [authority, *markets_of])
        yield Create("PoolLens", "PoolLens")

    def _routers(self) -> CreateGroup:
        """The till knows the two routers for ever, and they know it."""
        till, router, loans = Ref("MarketTill"), Ref("MarketRouter"), Ref("LoanRouter")
        lending = [Ref(name) for name in ("CreditDesk", "LendingVault", "FloorOracle", "Operators")]
        return CreateGroup(
            "routers",
            [
                Create("MarketTill", "MarketTill", [self._asset, router, loans]),
                Create("MarketRouter", "MarketRouter", [Ref("Authority"), till, self._asset]),
                Create("LoanRouter", "LoanRouter", [router, till, *lending]),
            ],
        )

    def settings(self, listed: Sequence[tuple[CollectionParams, str | Ref]]) -> Iterator[Step]:
        """Who may be used, and by which rules."""
        for item, where in listed:
            policy = item.royalty
            if policy.policy != "full":
                words = [where, _POLICIES.index(policy.policy), policy.reduced_bps]
                yield Invoke(f"royalty {item.name}", "RoyaltyEngine", "setPolicy", words)
        for name in CURVES:
            yield Invoke(f"curve {name}", "NFTPoolFactory", "setCurve", [Ref(name), True])
        for name in VENUES:
            yield Invoke(f"venue {name}", "MarketRouter", "setVenue", [Ref(name), True])
        if self._params.markets.measured_depth:
            yield Invoke("exit depth", "TierBook", "setExitDepth", [Ref("DepthLens")])
        for name in EXITS:
            yield Invoke(f"exit {name}", "LiquidationAuction", "setExit", [Ref(name), True])
        for name in ENTITLED:
            yield Invoke(f"entitled {name}", "RoyaltyEngine", "setEntitled", [Ref(name), True])
