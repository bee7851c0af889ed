"""What events rebuilt against what the contracts store, item by item, at one block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.prices import LoggedPrices
from vitrine.demo.audit.rebuilt import ZERO, Rebuilt
from vitrine.models.auction import AuctionTerms
from vitrine.models.desk import DISTRESSED, Mark

_NO_TERMS: Final = AuctionTerms(0, 0, 0, 0, 0, 0, 0, 0, 0)
Item = tuple[str, str, Any, Call]
"""Kind, what, expected, the call that tells."""


def compare(
    chain: Chain,
    contracts: Mapping[str, Contract],
    collections: Mapping[str, Contract],
    state: Rebuilt,
    prices: LoggedPrices,
    findings: Findings,
    now: int,
) -> None:
    """Reads every item in batches and notes each difference."""
    items = [
        *_tokens(contracts, state),
        *_nfts(contracts, collections, state),
        *_accounts(contracts, state),
        *_vault(contracts, state),
        *_oracle(contracts, state, prices, now),
    ]
    answers = chain.read_many([call for _, _, _, call in items])
    for (kind, what, expected, _), answer in zip(items, answers, strict=True):
        findings.same(kind, what, expected, _plain(answer, expected))


def _plain(answer: Any, expected: Any) -> Any:
    """The part of an answer that events can tell, in the form of what is expected."""
    if isinstance(expected, tuple) and hasattr(answer, "_fields"):
        found = tuple(answer)
        if "flags" in answer._fields:  # no event tells of the distressed flag
            return (*found[:4], found[4] & ~DISTRESSED)
        return found
    return tuple(answer) if isinstance(expected, tuple) else answer


def _tokens(contracts: Mapping[str, Contract], state: Rebuilt) -> Iterator[Item]:
    asset, vault = contracts["asset"], contracts["LendingVault"]
    for holder, balance in state.balances.items():
        yield "balances", f"asset of {holder}", balance, asset.balanceOf(holder)
    yield "balances", "supply of the asset", sum(state.balances.values()), asset.totalSupply()
    yield "balances", "asset of the vault", state.cash + sum(state.credits.values()), asset.balanceOf(vault)
    for holder, shares in state.shares.items():
        yield "shares", f"shares of {holder}", shares, vault.balanceOf(holder)
    yield "shares", "all shares", sum(state.shares.values()), vault.totalSupply()


def _nfts(
    contracts: Mapping[str, Contract], collections: Mapping[str, Contract], state: Rebuilt
) -> Iterator[Item]:
    desk, auction = contracts["CreditDesk"], contracts["LiquidationAuction"]
    for (collection, token_id), owner in state.owners.items():
        name = f"{collections[collection].interface.name} {token_id}"
        yield "NFTs", f"owner of {name}", owner, collections[collection].ownerOf(token_id)
        nft = state.held.get((collection, token_id))
        if nft is None:
            expected: tuple[Any, ...] = (ZERO, 0, 0, 0, 0, False)
        else:
            place = state.places.index(collection)
            expected = (nft.account, nft.units, nft.expires_at, place, nft.rank, nft.terms is not None)
        yield "pledges", f"pledge of {name}", expected, desk.pledgeOf(collection, token_id)
        terms = _NO_TERMS if nft is None or nft.terms is None else nft.terms
        yield "auctions", f"auction of {name}", tuple(terms), auction.termsOf(collection, token_id)


def _accounts(contracts: Mapping[str, Contract], state: Rebuilt) -> Iterator[Item]:
    desk, vault = contracts["CreditDesk"], contracts["LendingVault"]
    for account in state.accounts():
        stored = state.account(account)
        yield "accounts", f"account {account}", tuple(stored), desk.accountOf(account)
        yield "debts", f"debt of {account}", state.debt(account), vault.debtOf(stored.debt_shares)
        yield "marks", f"mark of {account}", tuple(state.marks.get(account, Mark())), desk.markOf(account)
    yield "accounts", "units behind debt", state.behind(), desk.behindDebt()


def _vault(contracts: Mapping[str, Contract], state: Rebuilt) -> Iterator[Item]:
    vault = contracts["LendingVault"]
    yield "vault", "cash", state.cash, vault.cash()
    yield "vault", "reserve", state.reserve, vault.reserve()
    yield "vault", "debt", (state.debt_assets, state.debt_share_total), vault.debtTotals()
    yield "vault", "marks", state.marked, vault.marks()
    yield "vault", "credits", sum(state.credits.values()), vault.totalCredits()
    for holder, amount in state.credits.items():
        yield "credits", f"credit of {holder}", amount, vault.creditOf(holder)
    for number, (owner, shares) in state.requests.items():
        yield "queue", f"request {number}", (owner, shares), vault.requestOf(number)
    yield "queue", "waiting shares", sum(s for _, s in state.requests.values()), vault.queuedShares()


def _oracle(
    contracts: Mapping[str, Contract], state: Rebuilt, prices: LoggedPrices, now: int
) -> Iterator[Item]:
    feed, oracle = contracts["SignedFloorFeed"], contracts["FloorOracle"]
    for collection, feed_id in prices.feed_of.items():
        yield "rounds", f"round of {collection}", prices.feed.rounds[feed_id].word, feed.roundAt(feed_id)
        yield (
            "quotes",
            f"quote of {collection}",
            tuple(prices.quote(collection, now)),
            oracle.quote(collection),
        )
    for index, collection in enumerate(state.places):
        if collection != ZERO:
            book = contracts["TierBook"]
            yield "tiers", f"place {index}", (collection, state.tiers[index]), book.tierAt(index)
