"""From parameters to steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from vitrine.deploy import roles
from vitrine.deploy.fields import units
from vitrine.deploy.markets import MarketPlanner
from vitrine.deploy.params import CollectionParams, EthUsd, Params, TierParams
from vitrine.deploy.steps import Check, Create, CreateGroup, Invoke, Plan, Ref, Step
from vitrine.errors import ConfigError
from vitrine.registry import Artifacts
from vitrine.units import FLOOR_PIECE, WAD

_PRICE_UNIT: Final = 8
"""Decimals of a posted price, in ETH."""
_ETH_USD_DECIMALS: Final = 8
_SEQUENCER_GRACE: Final = 3_600


class Planner:
    """Builds the plan of one network for one set of accounts."""

    def __init__(self, params: Params, artifacts: Artifacts, accounts: Sequence[str], deployer: str) -> None:
        self._params = params
        self._artifacts = artifacts
        self._accounts = accounts
        self._deployer = deployer
        self._decimals = params.asset.decimals

    def plan(self) -> Plan:
        params = self._params
        asset: str | Ref = params.asset.address or Ref("asset")
        listed = [(item, item.address or Ref(item.name)) for item in params.collections]
        markets = MarketPlanner(params, asset, self._account(params.markets.fee_receiver))
        return Plan(
            steps=[
                *self._outside(),
                *self._foundations(asset),
                self._group(asset),
                Create(
                    "AccountLens",
                    "AccountLens",
                    [
                        Ref("CreditDesk"),
                        Ref("LendingVault"),
                        Ref("TierBook"),
                        Ref("LiquidationAuction"),
                        Ref("FloorOracle"),
                    ],
                ),
                Create("FlashClaim", "FlashClaim", [Ref("CreditDesk")]),
                *markets.contracts(),
                *self._configure(listed),
                *markets.settings(listed),
                *self._hand_over(),
            ],
            asset=(asset, params.asset.symbol, params.asset.decimals),
            collections=[(item.name, where) for item, where in listed],
        )

    # --- contracts

    def _outside(self) -> list[Step]:
        """Doubles of what exists on a real network."""
        params = self._params
        steps: list[Step] = []
        if params.asset.mock:
            steps.append(Create("asset", params.asset.mock, [params.asset.decimals]))
        if params.eth_usd.mock_price is not None:
            answer = units(params.eth_usd.mock_price, _ETH_USD_DECIMALS, "ETH/USD price")
            steps.append(Create("eth-usd", "MockAggregatorV3", [_ETH_USD_DECIMALS, answer]))
        for item in params.collections:
            if item.mock:
                steps.append(Create(item.name, item.mock, [item.name.title(), item.symbol]))
        return steps

    def _foundations(self, asset: str | Ref) -> list[Step]:
        params, authority = self._params, Ref("Authority")
        feed, rates = params.feed, params.rates
        reporters = sorted((self._account(ref) for ref in feed.reporters), key=lambda a: int(a, 16))
        yearly = [rates.base_bps, rates.kink_bps, rates.full_bps, rates.kink_at_bps]
        return [
            Create("Authority", "Authority", [self._deployer]),
            Create("Pauser", "Pauser", [authority]),
            Create(
                "SignedFloorFeed",
                "SignedFloorFeed",
                [authority, feed.slot, feed.half_life, reporters, feed.quorum],
            ),
            Create("Appraisals", "Appraisals", [authority]),
            Create("FloorAggregator", "FloorAggregator"),
            Create(
                "FloorOracle",
                "FloorOracle",
                [authority, asset, _terms(params.eth_usd), Ref("Appraisals"), Ref("FloorAggregator")],
            ),
            Create("KinkedRateModel", "KinkedRateModel", [bps * WAD // 10_000 for bps in yearly]),
            Create("Operators", "Operators"),
        ]

    def _group(self, asset: str | Ref) -> CreateGroup:
        authority, pauser, oracle = Ref("Authority"), Ref("Pauser"), Ref("FloorOracle")
        vault, desk, auction, book = (
            Ref("LendingVault"),
            Ref("CreditDesk"),
            Ref("LiquidationAuction"),
            Ref("TierBook"),
        )
        names = [self._params.vault.name, self._params.vault.symbol]
        return CreateGroup(
            "lending",
            [
                Create(
                    "LendingVault",
                    "LendingVault",
                    [asset, *names, authority, pauser, desk, Ref("KinkedRateModel")],
                ),
                Create(
                    "CreditDesk",
                    "CreditDesk",
                    [authority, vault, auction, book, Ref("Appraisals"), Ref("Operators")],
                ),
                Create("LiquidationAuction", "LiquidationAuction", [authority, desk, oracle, pauser, asset]),
                Create("TierBook", "TierBook", [authority, oracle, Ref("Appraisals"), desk]),
            ],
        )

    # --- parameters

    def _configure(self, listed: Sequence[tuple[CollectionParams, str | Ref]]) -> list[Step]:
        vault = self._params.vault
        steps: list[Step] = [
            Invoke("vault reserve factor", "LendingVault", "setReserveFactor", [vault.reserve_factor_bps]),
            Invoke("vault tips", "LendingVault", "setMaxTip", [self._amount(vault.max_tip, "max_tip")]),
            Invoke(
                "vault requests",
                "LendingVault",
                "setMinRequest",
                [
                    self._amount(vault.min_request, "min_request") * 1_000
                ],  # a new vault gives 1,000 shares per unit
            ),
            Invoke(
                "vault supply cap",
                "LendingVault",
                "setSupplyCap",
                [self._amount(vault.supply_cap, "supply_cap")],
            ),
            Invoke("desk least debt", "CreditDesk", "setMinDebt", [self._amount(vault.min_debt, "min_debt")]),
        ]
        for number, (item, where) in enumerate(listed, start=1):
            low, high = (units(price, _PRICE_UNIT, "first price") for price in item.first_price_eth)
            steps += [
                Invoke(
                    f"feed {item.name}",
                    "SignedFloorFeed",
                    "list",
                    [where, low, high],
                    Check("feedCount", [], number),
                ),
                Invoke(
                    f"oracle {item.name}",
                    "FloorOracle",
                    "setSources",
                    [where, [Ref("SignedFloorFeed")], False],
                ),
                Invoke(
                    f"tier {item.name}",
                    "TierBook",
                    "addCollection",
                    [where, tier_tuple(item.tier)],
                    Check("tierAt", [number - 1], where, 0),
                ),
            ]
        return steps

    def _hand_over(self) -> list[Step]:
        """Entries get their roles, roles their holders; then the deployer gives up its own."""
        people = self._params.roles
        governor = self._account(people.governor)
        steps: list[Step] = []
        for target, by_role in roles.ENTRIES.items():
            interface = self._artifacts.interface(target)
            for role, names in by_role.items():
                selectors = [interface.function(name).selector for name in names]
                steps.append(
                    Invoke(
                        f"entries {target} {roles.ROLE_NAMES[role]}",
                        "Authority",
                        "setTargetFunctionRole",
                        [Ref(target), selectors, role],
                    )
                )
        for role, name in roles.ROLE_NAMES.items():
            steps.append(Invoke(f"label {name}", "Authority", "labelRole", [role, name]))
        # The guardian may cancel what the governor scheduled.
        steps.append(
            Invoke("guardian of governor", "Authority", "setRoleGuardian", [roles.GOVERNOR, roles.GUARDIAN])
        )
        grants = [
            (roles.GUARDIAN, self._account(people.guardian), 0),
            (roles.REPORTER_ADMIN, self._account(people.reporter_admin), 0),
            (roles.APPRAISER, self._account(people.appraiser), 0),
            (roles.GOVERNOR, governor, people.delay),
        ]
        for role, who, delay in grants:
            name = roles.ROLE_NAMES[role]
            steps.append(Invoke(f"grant {name}", "Authority", "grantRole", [role, who, delay]))
        if governor.lower() == self._deployer.lower():
            # One account is both: the time lock, if any, starts to bind it with this last step.
            if people.delay:
                steps.append(
                    Invoke("lock admin", "Authority", "grantRole", [roles.ADMIN, governor, people.delay])
                )
            return steps
        return [
            *steps,
            Invoke("grant admin", "Authority", "grantRole", [roles.ADMIN, governor, people.delay]),
            Invoke(
                "renounce admin",
                "Authority",
                "renounceRole",
                [roles.ADMIN, self._deployer],
                Check("hasRole", [roles.ADMIN, self._deployer], False, 0),
            ),
        ]

    # --- parts

    def _amount(self, text: str, what: str) -> int:
        return units(text, self._decimals, what)

    def _account(self, ref: int | str) -> str:
        if isinstance(ref, str):
            return ref
        if ref >= len(self._accounts):
            fact = f"Account {ref} is named, the node holds {len(self._accounts)}"
            raise ConfigError(fact, "Name an address, or start the node with more accounts")
        return self._accounts[ref]


def _terms(eth_usd: EthUsd) -> tuple[Any, ...]:
    """`AggregatorTerms`."""
    aggregator: str | Ref = eth_usd.address or Ref("eth-usd")
    sequencer = eth_usd.sequencer or "0x" + "00" * 20
    low, high = units(eth_usd.min_price, 18, "min_price"), units(eth_usd.max_price, 18, "max_price")
    grace = _SEQUENCER_GRACE if eth_usd.sequencer else 0
    return (aggregator, eth_usd.heartbeat, low, high, sequencer, grace)


def tier_tuple(tier: TierParams) -> tuple[Any, ...]:
    """`Tier`, in the order of the contract."""
    return (
        tier.ltv_bps,
        tier.lt_bps,
        tier.discount_min_bps,
        tier.discount_max_bps,
        tier.gap_bps,
        tier.premium_bps,
        tier.reserve_bps,
        tier.premium,
        tier.band,
        tier.distressed,
        tier.grace,
        tier.credit_cap_pieces * FLOOR_PIECE,
        tier.max_live,
        tier.open,
    )
