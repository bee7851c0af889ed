"""Answers of the lens, word by word: a run looks two thousand times, and all words are static."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple

from vitrine.chain.codec import checksum
from vitrine.keepers.snapshot import Market, Nft, Ref
from vitrine.models.auction import AuctionTerms
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Place, Tier

_PLEDGE_WORDS: Final = 6
_AUCTION_WORDS: Final = 13
_TERMS_WORDS: Final = 9
_HEAD: Final = tuple(item.name for item in fields(Market) if item.name != "places")
_HEAD_WORDS: Final = len(_HEAD)
_TIER_WORDS: Final = 14
_QUOTE_WORDS: Final = 10
_PLACE_WORDS: Final = 2 + _TIER_WORDS + _QUOTE_WORDS


class AuctionSeen(NamedTuple):
    """One running auction as `AccountLens.auctions` tells it."""

    terms: AuctionTerms
    price: int
    worth: int
    phase: int
    account: str


def words(answer: str) -> list[int]:
    """The 32-byte words of a hex answer."""
    raw = bytes.fromhex(answer[2:])
    return [int.from_bytes(raw[i : i + 32], "big") for i in range(0, len(raw), 32)]


def market(answer: str) -> Market:
    """`MarketView`: numbers, then eight places."""
    found = words(answer)
    places = [_place(found[at : at + _PLACE_WORDS]) for at in range(_HEAD_WORDS, len(found), _PLACE_WORDS)]
    numbers: dict[str, Any] = dict(zip(_HEAD, found[:_HEAD_WORDS], strict=True))
    return Market(places=tuple(places), **(numbers | {"paused": bool(numbers["paused"])}))


def _place(part: Sequence[int]) -> Place | None:
    if not part[0]:
        return None
    tier = Tier._make([*part[2 : 1 + _TIER_WORDS], bool(part[1 + _TIER_WORDS])])
    quote = Quote._make([*part[2 + _TIER_WORDS : _PLACE_WORDS - 1], OracleState(part[-1])])
    return Place(_address(part[0]), tier, quote)


def pledges(answer: str, refs: Sequence[Ref]) -> Iterator[tuple[str, Nft]]:
    """Owner and NFT of each of `refs`."""
    found = words(answer)[2:]
    for index, (collection, token_id) in enumerate(refs):
        owner, units, expires_at, place, rank, live = found[
            index * _PLEDGE_WORDS : (index + 1) * _PLEDGE_WORDS
        ]
        yield _address(owner), Nft(collection, token_id, place, units, rank, bool(live), expires_at)


def auctions(answer: str, count: int) -> list[AuctionSeen]:
    """The first `count` auctions of a page."""
    found = words(answer)[2:]
    return [
        _auction(found[at : at + _AUCTION_WORDS]) for at in range(0, count * _AUCTION_WORDS, _AUCTION_WORDS)
    ]


def _auction(part: Sequence[int]) -> AuctionSeen:
    price, worth, phase, account = part[_TERMS_WORDS:]
    return AuctionSeen(AuctionTerms(*part[:_TERMS_WORDS]), price, worth, phase, _address(account))


def records(answer: str) -> bytes:
    """The bytes of a packed page."""
    raw = bytes.fromhex(answer[2:])
    return raw[64 : 64 + int.from_bytes(raw[32:64], "big")]


def _address(word: int) -> str:
    return checksum(f"0x{word:040x}")
