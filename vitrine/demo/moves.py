"""Moves by name, so that actors read as sentences; parties and collections are resolved later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vitrine.demo.views import Move, Piece

ANY_RATE: Final = 2**64 - 1
"""No limit on the borrow rate."""


@dataclass(frozen=True, slots=True)
class Who:
    """Stands for the address of a party."""

    name: str


@dataclass(frozen=True, slots=True)
class Nfts:
    """Stands for a list of (collection, token id), ascending."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class OneNft:
    """Stands for one (collection, token id)."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Where:
    """Stands for the address of a collection."""

    key: str


def deposit(actor: str, assets: int) -> Move:
    return Move(actor, "vault", "deposit", (assets, Who(actor)))


def redeem_shares(actor: str, shares: int) -> Move:
    return Move(actor, "vault", "redeem", (shares, Who(actor), Who(actor)))


def request_redeem(actor: str, shares: int) -> Move:
    return Move(actor, "vault", "requestRedeem", (shares, Who(actor)))


def fill_queue(actor: str, count: int) -> Move:
    return Move(actor, "vault", "fillQueue", (count,))


def claim(actor: str) -> Move:
    return Move(actor, "vault", "claim", (Who(actor),))


def accrue(actor: str) -> Move:
    return Move(actor, "vault", "accrue", ())


def open_loan(actor: str, pieces: Iterable[Piece], assets: int) -> Move:
    return Move(actor, "desk", "open", (Nfts(tuple(pieces)), assets, ANY_RATE, Who(actor)))


def pledge(actor: str, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "pledge", (Nfts(tuple(pieces)), Who(actor)))


def borrow(actor: str, assets: int) -> Move:
    return Move(actor, "desk", "borrow", (assets, ANY_RATE, Who(actor), Who(actor)))


def restamp(actor: str, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "restamp", (Nfts(tuple(pieces)),))


def repay(actor: str, assets: int) -> Move:
    return Move(actor, "desk", "repay", (assets, Who(actor)))


def close(actor: str, assets: int, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "close", (assets, Nfts(tuple(pieces)), Who(actor)))


def redeem(actor: str, most: int, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "redeem", (Who(actor), most, Nfts(tuple(pieces))))


def flag(actor: str, account: str) -> Move:
    return Move(actor, "desk", "flag", (Who(account),))


def clear(actor: str, account: str) -> Move:
    return Move(actor, "desk", "clear", (Who(account),))


def liquidate(actor: str, account: str, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "liquidate", (Who(account), Nfts(tuple(pieces))))


def reclaim(actor: str, account: str, pieces: Iterable[Piece]) -> Move:
    return Move(actor, "desk", "reclaim", (Who(account), Nfts(tuple(pieces))))


def mark(actor: str, accounts: Iterable[str]) -> Move:
    return Move(actor, "desk", "mark", ([Who(name) for name in accounts],))


def mark_distressed(actor: str, account: str, piece: Piece) -> Move:
    return Move(actor, "desk", "markDistressed", (Who(account), OneNft(piece)))


def take(actor: str, piece: Piece, most: int) -> Move:
    return Move(actor, "auction", "take", (Where(piece.key), piece.token_id, most, Who(actor), b""))


def restart(actor: str, piece: Piece) -> Move:
    return Move(actor, "auction", "restart", (Where(piece.key), piece.token_id))
