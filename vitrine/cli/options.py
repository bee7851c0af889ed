"""Options that many commands share, and the types of their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class AddressType(click.ParamType):
    """0x and 40 hex digits; a wrong checksum is a typing mistake."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from vitrine.chain.codec import checksum

        text = str(value)
        if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
            self.fail(f"{text!r} is not an address: 0x and 40 hex digits", param, ctx)
        whole: str = checksum(text)
        if text not in (whole, text.lower(), "0x" + text[2:].upper()):
            self.fail(f"{text!r} has a wrong checksum; did you mean {whole}?", param, ctx)
        return whole


@dataclass(frozen=True, slots=True)
class NftId:
    """Collection (name or address) and token id, as typed."""

    collection: str
    token_id: int


class NftType(click.ParamType):
    """`punks:12`."""

    name = "collection:id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> NftId:
        if isinstance(value, NftId):
            return value
        collection, _, number = str(value).rpartition(":")
        if not collection or not number.isdigit() or int(number) >= 2**256:
            self.fail(f"{value!r} is not an NFT; write it like punks:12", param, ctx)
        return NftId(collection, int(number))


ADDRESS = AddressType()
NFT = NftType()


def chain_options(command: F) -> F:
    """Which node, which chain, how the answer looks."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--chain-id", type=click.IntRange(1), help="Refuse any other chain."),
        click.option("--rpc", metavar="URL", help="JSON-RPC address of the node."),
    ):
        command = option(command)
    return command


def write_options(command: F) -> F:
    """Everything a command that sends takes."""
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask before sending on a public chain."),
        click.option("--approve", is_flag=True, help="Approve exactly what the call takes, first."),
        click.option("--dry-run", is_flag=True, help="Simulate on a copy of the chain; send nothing."),
        click.option("--sender", metavar="ACCOUNT", help="Address, or index into the accounts of the node."),
    ):
        command = option(command)
    return chain_options(command)


def nft_option(command: F) -> F:
    """`--nft punks:12`, several times."""
    option = click.option(
        "--nft", "nfts", type=NFT, multiple=True, metavar="COLLECTION:ID", help="May repeat."
    )
    return option(command)
