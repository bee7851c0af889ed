"""Small things most commands need: amounts, NFTs, who is watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vitrine.cli.action import Session, WriteFlags
from vitrine.cli.options import NftId
from vitrine.cli.states import position_json, supplier_json
from vitrine.errors import AmountError
from vitrine.sdk.facade import Vitrine
from vitrine.units import parse_units


def open_session(options: dict[str, Any]) -> tuple[Session, WriteFlags]:
    """Takes the shared options out of a command's keyword arguments."""
    session = Session(options.pop("rpc"), options.pop("chain_id"), options.pop("sender"))
    flags = WriteFlags(
        options.pop("as_json"), options.pop("dry_run"), options.pop("approve"), options.pop("yes")
    )
    return session, flags


def amount(vitrine: Vitrine, text: str, what: str = "amount") -> int:
    """An amount of the asset as typed; nothing is refused."""
    found = parse_units(text, vitrine.money.decimals, what=what)
    if not found:
        raise AmountError(f"The {what} is zero", "Give more than zero")
    return found


def nft_refs(vitrine: Vitrine, nfts: Sequence[NftId]) -> list[tuple[str, int]]:
    """NFTs as typed, with their collections' addresses."""
    found = [(vitrine.collection(nft.collection), nft.token_id) for nft in nfts]
    twice = {nft for nft in found if found.count(nft) > 1}
    if twice:
        name, token_id = next(iter(twice))
        raise AmountError(f"Token {token_id} of {vitrine.name_of(name)} is named twice", "Name it once")
    return found


def watch_position(account: str) -> Callable[[Vitrine], dict[str, Any]]:
    """The account before and after."""
    return lambda vitrine: position_json(vitrine, vitrine.desk.position(account))


def watch_supplier(account: str) -> Callable[[Vitrine], dict[str, Any]]:
    """The supplier before and after."""
    return lambda vitrine: supplier_json(vitrine.vault.supplier(account))
