"""Parameters of a deployment: one YAML file per network, checked against the hard bounds beforehand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from vitrine.deploy.fields import AccountRef, Address, Amount, AprBps, Bps, Section, Span
from vitrine.errors import ConfigError
from vitrine.settings import LOCAL_CHAIN_IDS, settings
from vitrine.units import BPS, HOUR

TIP_CAP_BPS: Final = 100
MID_OVER_SPOT_BPS: Final = 10_500


class Asset(Section):
    """The ERC-20: an address, or a mock on a local chain."""

    address: Address | None = None
    mock: str | None = None
    symbol: str = Field(min_length=1, max_length=16)
    decimals: int = Field(ge=6, le=18)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.address is None) == (self.mock is None):
            raise ValueError("give either address or mock")
        return self


class VaultParams(Section):
    """Limits of the vault, in whole units of the asset."""

    name: str
    symbol: str
    reserve_factor_bps: int = Field(ge=0, le=5_000)
    max_tip: Amount
    min_request: Amount
    supply_cap: Amount
    min_debt: Amount


class Rates(Section):
    """Yearly borrow rates at no, kink and full utilisation."""

    base_bps: AprBps
    kink_bps: AprBps
    full_bps: AprBps
    kink_at_bps: int = Field(gt=0, lt=10_000)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.base_bps <= self.kink_bps <= self.full_bps:
            raise ValueError("rates must rise: base_bps <= kink_bps <= full_bps")
        return self


class FeedParams(Section):
    """Signed floor prices."""

    slot: Span = Field(gt=0)
    half_life: Span = Field(ge=HOUR, le=24 * HOUR)
    quorum: int = Field(ge=3)
    reporters: list[AccountRef] = Field(min_length=3, max_length=16)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.quorum > len(self.reporters):
            raise ValueError(
                f"a quorum of {self.quorum} needs as many reporters, {len(self.reporters)} are listed"
            )
        if len({str(r).lower() for r in self.reporters}) != len(self.reporters):
            raise ValueError("a reporter is listed twice")
        return self


class EthUsd(Section):
    """The ETH/USD aggregator: an address, or a mock that answers `mock_price` on a local chain."""

    address: Address | None = None
    mock_price: Amount | None = None
    heartbeat: Span = Field(gt=0)
    min_price: Amount
    max_price: Amount
    sequencer: Address | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.address is None) == (self.mock_price is None):
            raise ValueError("give either address or mock_price")
        return self


class TierParams(Section):
    """Terms of one collection; the bounds are those of the contract."""

    ltv_bps: int = Field(ge=1_000, le=5_000)
    lt_bps: int = Field(ge=7_000, le=9_000)
    discount_min_bps: int = Field(ge=500, le=1_500)
    discount_max_bps: int = Field(ge=500, le=1_500)
    gap_bps: int = Field(ge=500, lt=10_000)
    premium_bps: int = Field(default=12_000, ge=10_000)
    reserve_bps: Bps = 5_000
    premium: Span = 1 * HOUR
    band: Span = 6 * HOUR
    distressed: Span = 5 * HOUR
    grace: Span = Field(default=6 * HOUR, ge=6 * HOUR, le=12 * HOUR)
    credit_cap_pieces: int = Field(gt=0, le=167_772)
    max_live: int = Field(gt=0, le=255)
    open: bool = True

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.discount_min_bps > self.discount_max_bps:
            raise ValueError("discount_min_bps exceeds discount_max_bps")
        left = MID_OVER_SPOT_BPS * self.lt_bps
        right = (BPS - self.discount_max_bps - TIP_CAP_BPS) * (BPS - self.gap_bps)
        if left > right:
            raise ValueError(
                f"1.05 × LT = {left / 1e8:.4f} exceeds (1 − discount − tip) × (1 − gap) = {right / 1e8:.4f}; "
                "lower lt_bps, discount_max_bps or gap_bps"
            )
        return self


class RoyaltyParams(Section):
    """What liquidations pay of a collection's royalty; everybody else pays all of it."""

    policy: Literal["full", "reduced", "waived"] = "full"
    reduced_bps: Bps = 0

    @model_validator(mode="after")
    def _only_reduced(self) -> Self:
        if self.reduced_bps and self.policy != "reduced":
            raise ValueError("reduced_bps goes with the policy reduced")
        return self


class CollectionParams(Section):
    """A collection: an address, or a mock on a local chain."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    address: Address | None = None
    mock: str | None = None
    symbol: str = "NFT"
    first_price_eth: tuple[Amount, Amount]
    tier: TierParams
    royalty: RoyaltyParams = RoyaltyParams()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.address is None) == (self.mock is None):
            raise ValueError("give either address or mock")
        return self


class MarketParams(Section):
    """Pools and the order book; on a local chain it is deployed.

    With `measured_depth` credit caps are held down to measured exit depth from the first block: no credit
    before a day of readings. Otherwise governance turns it on (`TierBook.setExitDepth`) once there are some.
    """

    protocol_fee_bps: int = Field(ge=0, le=500)
    fee_receiver: AccountRef
    seaport: Address | None = None
    measured_depth: bool = False


class Roles(Section):
    """Who governs. `delay` is the time lock on everything the governor does."""

    governor: AccountRef
    guardian: AccountRef
    reporter_admin: AccountRef
    appraiser: AccountRef
    delay: Span = 0


class Params(Section):
    """One network."""

    network: str
    chain_ids: list[int] = Field(min_length=1)
    asset: Asset
    vault: VaultParams
    rates: Rates
    feed: FeedParams
    eth_usd: EthUsd
    collections: list[CollectionParams] = Field(min_length=1, max_length=8)
    markets: MarketParams
    roles: Roles

    @model_validator(mode="after")
    def _real_networks(self) -> Self:
        names = [item.name for item in self.collections]
        if len(set(names)) != len(names):
            raise ValueError("two collections have one name")
        if set(self.chain_ids) <= LOCAL_CHAIN_IDS:
            return self
        mocks = [self.asset.mock, self.eth_usd.mock_price, *(item.mock for item in self.collections)]
        if any(mock is not None for mock in mocks):
            raise ValueError("mocks are for local chains only")
        if self.markets.seaport is None:
            raise ValueError("markets.seaport: name the order book of the network")
        people = [
            self.markets.fee_receiver,
            self.roles.governor,
            self.roles.guardian,
            self.roles.reporter_admin,
            *self.feed.reporters,
        ]
        if any(isinstance(ref, int) for ref in people):
            raise ValueError("name accounts by address; an index works on local chains only")
        if self.roles.delay < 24 * HOUR:
            raise ValueError("roles.delay must be at least 1d on a public chain")
        return self

    @property
    def digest(self) -> str:
        """Changes with any parameter; a half-way deployment is only resumed with the same one."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_params(source: str | Path) -> Params:
    """Reads a parameter file: a path, or the name of a network in `scripts/params/`."""
    path = Path(source)
    if path.suffix not in (".yml", ".yaml"):
        path = settings().params / f"{source}.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in settings().params.glob("*.yml"))) or "none"
        raise ConfigError(f"There are no parameters for {str(source)!r} ({path})", f"Known networks: {known}")
    try:
        data: Any = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where} is not valid YAML", "Correct the line") from None
    return parse_params(data, str(path))


def parse_params(data: Any, where: str) -> Params:
    """Checks what a file held."""
    try:
        return Params.model_validate(data)
    except ValidationError as error:
        found = error.errors()
        first = found[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ConfigError(f"{where}: {place}: {reason}{more}", "Correct it") from None
