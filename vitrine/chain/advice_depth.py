"""Sentences for the errors of royalties, pool averages and exit depth; see `vitrine.chain.advice`."""

from __future__ import annotations

from typing import Final

DEPTH: Final[dict[str, tuple[str, str]]] = {
    "NotCollectionOwner": (
        "{caller} does not own the collection {collection}",
        "Send it from the account that its `owner()` names; without one, ERC-2981 decides",
    ),
    "CallStarved": (
        "{available} gas is left where another contract is to be asked with {wanted}",
        "Send it again with a higher gas limit; it is not all spent",
    ),
    "NotASharedPool": (
        "{pool} is not a shared pool of the factory",
        "Name a shared pool: the owner of another could set its price",
    ),
    "PoolFeedMismatch": (
        "The feed {feed} is not of a pool of {collection} against {asset}",
        "Deploy a feed over a pool that trades this collection against the asset",
    ),
    "PoolNotEligible": (
        "{pool} is not a shared pool of the factory for {collection}, or is named twice",
        "Name each shared pool of the collection once",
    ),
    "DepthUnknown": (
        "The depth of {collection} cannot be read now: its price is stale, or a market did not answer",
        "Post a round, or read again outside a trade; governance takes a dead pool off the list",
    ),
    "ExitDepthUnavailable": (
        "{source} does not say how much of {collection} could be sold, so nothing can be borrowed against it",
        "Borrow against another collection; repaying and withdrawing stay open",
    ),
}
