"""Parameters: whatever the contracts would refuse is refused before anything is sent."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from vitrine.deploy.fields import units
from vitrine.deploy.params import parse_params, read_params
from vitrine.errors import AmountError, ConfigError
from vitrine.settings import settings

LOCAL = yaml.safe_load((settings().params / "local.yml").read_text())


def changed(path: str, value: object) -> dict[str, Any]:
    data: Any = deepcopy(LOCAL)
    *parents, last = path.split(".")
    where = data
    for part in parents:
        where = where[int(part)] if part.isdigit() else where[part]
    if value is ...:
        del where[last]
    else:
        where[last] = value
    return dict(data)


@pytest.mark.parametrize("path", sorted(settings().params.glob("*.yml")), ids=lambda path: path.stem)
def test_params__every_committed_file__is_valid(path: Any) -> None:
    assert read_params(path).network == path.stem


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("asset.decimals", 5, "asset.decimals"),
        ("asset.address", "0x" + "11" * 20, "either address or mock"),
        ("asset.mock", ..., "either address or mock"),
        ("vault.reserve_factor_bps", 5_001, "vault.reserve_factor_bps"),
        ("vault.max_tip", 1.5, "put the amount in quotes"),
        ("rates.kink_bps", 100, "rates must rise"),
        ("rates.full_bps", 10_001, "rates.full_bps"),
        ("rates.kink_at_bps", 10_000, "rates.kink_at_bps"),
        ("feed.quorum", 2, "feed.quorum"),
        ("feed.quorum", 6, "a quorum of 6"),
        ("feed.reporters", [1, 2, 2], "listed twice"),
        ("feed.half_life", "25h", "feed.half_life"),
        ("feed.slot", "soon", "no time span"),
        ("feed.slot", "1h and more", "no time span"),
        ("collections", [], "collections"),
        ("collections.0.name", "Punks!", "collections.0.name"),
        ("collections.1.name", "punks", "one name"),
        ("collections.0.tier.ltv_bps", 5_001, "ltv_bps"),
        ("collections.0.tier.lt_bps", 9_001, "lt_bps"),
        ("collections.0.tier.lt_bps", 7_700, "exceeds"),
        ("collections.0.tier.discount_max_bps", 1_501, "discount_max_bps"),
        ("collections.0.tier.discount_min_bps", 1_600, "discount_min_bps"),
        ("collections.1.tier.discount_max_bps", 900, "discount_min_bps exceeds"),
        ("collections.0.tier.gap_bps", 499, "gap_bps"),
        ("collections.0.tier.grace", "5h", "grace"),
        ("collections.0.tier.grace", "13h", "grace"),
        ("collections.0.royalty.policy", "half", "royalty.policy"),
        ("collections.0.royalty.reduced_bps", 1, "goes with the policy reduced"),
        ("markets.protocol_fee_bps", 501, "protocol_fee_bps"),
        ("markets.fee_receiver", ..., "fee_receiver"),
        ("roles.governor", "me", "neither an address nor an index"),
        ("roles.governor", True, "neither an address nor an index"),
        ("chain_ids", [1], "mocks are for local chains only"),
        ("surprise", 1, "surprise"),
        ("vault", ..., "vault"),
    ],
)
def test_params__out_of_bounds__names_the_place(path: str, value: object, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_params(changed(path, value), "x.yml")
    assert "x.yml" in str(caught.value)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("lt", "discount", "fits"),
    [(7_500, 1_500, True), (7_600, 1_500, True), (7_601, 1_500, False), (8_500, 500, True)],
)
def test_tier__safety_bound__as_the_contract_has_it(lt: int, discount: int, fits: bool) -> None:
    data = changed("collections.0.tier.lt_bps", lt)
    data["collections"][0]["tier"]["discount_max_bps"] = discount
    if fits:
        parse_params(data, "x.yml")
    else:
        with pytest.raises(ConfigError, match="exceeds"):
            parse_params(data, "x.yml")


def real(**roles: object) -> dict[str, Any]:
    """Local parameters as a public network would have them."""
    data = deepcopy(LOCAL)
    people = [f"0x{number:040x}" for number in range(1, 12)]
    data["chain_ids"] = [1]
    data["asset"] = {"address": people[0], "symbol": "USDT", "decimals": 6}
    data["eth_usd"] = {"address": people[1], "heartbeat": "1h", "min_price": "50", "max_price": "100000"}
    for number, item in enumerate(data["collections"]):
        del item["mock"]
        item["address"] = people[2 + number]
    data["feed"]["reporters"] = people[5:10]
    data["markets"] |= {"fee_receiver": people[10], "seaport": people[4]}
    names = ("governor", "guardian", "reporter_admin", "appraiser")
    data["roles"] = {**dict.fromkeys(names, people[10]), "delay": "2d", **roles}
    return dict(data)


def test_params__public_network__needs_delay_and_addresses() -> None:
    assert parse_params(real(), "real.yml").roles.delay == 2 * 86_400
    with pytest.raises(ConfigError, match=r"roles\.delay must be at least 1d"):
        parse_params(real(delay="23h"), "real.yml")
    with pytest.raises(ConfigError, match="index works on local chains only"):
        parse_params(real(guardian=2), "real.yml")
    with pytest.raises(ConfigError, match=r"markets\.seaport"):
        parse_params(real() | {"markets": {"protocol_fee_bps": 10, "fee_receiver": "0x" + "11" * 20}}, "x")


def test_digest__any_change__is_another() -> None:
    first = parse_params(LOCAL, "x.yml").digest
    assert first == parse_params(deepcopy(LOCAL), "y.yml").digest
    assert first != parse_params(changed("vault.min_debt", "501"), "x.yml").digest


def test_units__amounts__exact_or_refused() -> None:
    assert units("1_250.5", 6, "amount") == 1_250_500_000
    with pytest.raises(AmountError):
        units("1.0000001", 6, "amount")
    with pytest.raises(AmountError):
        units("ten", 6, "amount")
