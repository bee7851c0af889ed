"""What the commands on pools are made of: whose NFTs, which limits, which approvals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from vitrine.cli.action import Action
from vitrine.cli.common import amount, nft_refs
from vitrine.cli.options import NftId
from vitrine.errors import AmountError, DataError, StateError
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.idlist import IdList
from vitrine.sdk.pools import Pool
from vitrine.sdk.tokens import Needs, Nft
from vitrine.units import BPS, MINUTE, WAD, bps_down, parse_units

CURVES: Final = {
    "linear": "LinearCurve",
    "exponential": "ExponentialCurve",
    "product": "ConstantProductCurve",
}
_STEP_BPS: Final = 200
_PRODUCT_NFTS: Final = 20
DEADLINE: Final = 20 * MINUTE
_SLACK_BPS: Final = 10
"""How much fewer shares a deposit may give than the pool would have given when it was looked at."""


def curve_state(vitrine: Vitrine, curve: str, price: int, step: str | None) -> tuple[str, int, int]:
    """Curve, spot and delta of a pool whose next NFT costs `price`; `step` as its curve understands it."""
    name = CURVES[curve]
    address = vitrine.deployment.address(name)
    if curve == "linear":
        return address, price, bps_down(price, _STEP_BPS) if step is None else amount(vitrine, step, "step")
    if curve == "exponential":
        share = WAD * _STEP_BPS // BPS if step is None else parse_units(step, 16, what="step")
        if not share:
            raise AmountError(
                "The step is zero", "Give the per cent that each NFT moves the price by, like 5"
            )
        return address, price, WAD + share
    count = _PRODUCT_NFTS if step is None else int(step) if step.isdigit() else 0
    if not count:
        raise AmountError(f"The step {step!r} is no number of NFTs", "Give a whole number, like 20")
    return address, price * count, count * WAD


def deadline(vitrine: Vitrine) -> int:
    """Last second at which a swap that is sent now may happen."""
    return vitrine.chain.now() + DEADLINE


def ids_of(vitrine: Vitrine, collection: str, refs: Sequence[Nft]) -> list[int]:
    """Ids of NFTs that must all be of one collection."""
    for where, token_id in refs:
        if where != collection:
            name, wanted = vitrine.name_of(where), vitrine.name_of(collection)
            raise AmountError(f"{name}:{token_id} is not of {wanted}", "Name NFTs of that collection only")
    return [token_id for _, token_id in refs]


def ids_in(vitrine: Vitrine, pool: Pool, nfts: Sequence[NftId]) -> list[int]:
    """Ids as typed, of the pool's collection; at least one."""
    ids = ids_of(vitrine, pool.collection, nft_refs(vitrine, nfts))
    if not ids:
        raise AmountError("No NFT is named", "Name at least one with --nft, like --nft punks:12")
    return ids


def buy_action(
    vitrine: Vitrine, pool: Pool, sender: str, nfts: Sequence[NftId], most: int | None, receiver: str
) -> Action:
    """Buying named NFTs out of a pool."""
    ids = ids_in(vitrine, pool, nfts)
    missing = [token_id for token_id in ids if token_id not in pool.token_ids]
    if missing:
        fact = f"The pool does not hold {vitrine.name_of(pool.collection)}:{missing[0]}"
        raise StateError(fact, f"It holds {_few(pool.token_ids)}")
    cost = vitrine.pools.quote_buy(pool.address, ids, sender).total
    limit = cost if most is None else most
    return Action(
        f"Buy {len(ids)} {vitrine.name_of(pool.collection)} from a pool",
        [vitrine.pools.buy(pool.address, ids, limit, receiver, deadline(vitrine))],
        Needs(assets=cost if cost <= limit else limit, spender=pool.address),
        watch_wallet(sender),
        lambda receipts: _legs(receipts[0].event("NftsBought").args, "cost_units"),
    )


def sell_action(
    vitrine: Vitrine,
    pool: Pool,
    sender: str,
    nfts: Sequence[NftId],
    least: int | None,
    receiver: str,
    listed: str | None,
) -> Action:
    """Selling named NFTs into a pool."""
    ids = ids_in(vitrine, pool, nfts)
    proofs = list_proofs(pool, ids, listed)
    proceeds = vitrine.pools.quote_sell(pool.address, ids, sender).total
    limit = proceeds if least is None else least
    return Action(
        f"Sell {len(ids)} {vitrine.name_of(pool.collection)} into a pool",
        [vitrine.pools.sell(pool.address, ids, limit, receiver, deadline(vitrine), proofs)],
        Needs(nfts=[(pool.collection, token_id) for token_id in ids], mover=pool.address),
        watch_wallet(receiver),
        lambda receipts: _legs(receipts[0].event("NftsSold").args, "proceeds_units"),
    )


def deposit_action(
    vitrine: Vitrine, pool: Pool, sender: str, refs: Sequence[Nft], assets: int | None, listed: str | None
) -> Action:
    """Adding to a pool: as its owner, or for shares."""
    ids = ids_of(vitrine, pool.collection, refs)
    nfts = [(pool.collection, token_id) for token_id in ids]
    if not pool.shared:
        _require_owner(pool, sender)
        if not ids and not assets:
            raise AmountError("Nothing is put in", "Give --nft, --assets, or both")
        needs = Needs(assets=assets or 0, spender=pool.address, nfts=nfts, mover=pool.address)
        call = vitrine.pools.fund(pool.address, ids, assets or 0)
        return Action("Fund a pool", [call], needs, watch_pool(pool.address))
    if not ids and not assets:
        raise AmountError("A shared pool takes NFTs with its asset", "Name at least one with --nft")
    due, shares = vitrine.pools.quote_add(pool.address, len(ids), assets or 0)
    most = due if assets is None else assets
    if due > most:
        fact = f"{vitrine.money.text(due)} go with these NFTs, {vitrine.money.text(most)} are allowed"
        raise StateError(fact, "Allow more with --assets, or leave it out")
    least = shares * (BPS - _SLACK_BPS) // BPS
    call = vitrine.pools.add_liquidity(
        pool.address, ids, most, least, sender, deadline(vitrine), list_proofs(pool, ids, listed)
    )
    return Action(
        f"Add {len(ids)} {vitrine.name_of(pool.collection)} to a shared pool",
        [call],
        Needs(assets=due, spender=pool.address, nfts=nfts, mover=pool.address),
        watch_pool(pool.address),
        lambda receipts: {
            "shares": str(receipts[0].event("LiquidityAdded").args["shares"]),
            "assets_units": str(receipts[0].event("LiquidityAdded").args["assets"]),
        },
    )


def withdraw_action(
    vitrine: Vitrine,
    pool: Pool,
    sender: str,
    refs: Sequence[Nft],
    assets: int,
    shares: str | None,
    receiver: str,
) -> Action:
    """Taking out of a pool: as its owner, or for shares."""
    ids = ids_of(vitrine, pool.collection, refs)
    if not pool.shared:
        _require_owner(pool, sender)
        if shares is not None:
            raise AmountError("An owned pool has no shares", "Give --nft, --assets, or both")
        if not ids and not assets:
            raise AmountError("Nothing is taken out", "Give --nft, --assets, or both")
        if assets > pool.assets:
            fact = (
                f"The pool holds {vitrine.money.text(pool.assets)}, {vitrine.money.text(assets)} are to leave"
            )
            raise StateError(fact, "Take less with --assets")
        call = vitrine.pools.drain(pool.address, ids, assets, receiver)
        return Action("Drain a pool", [call], watch=watch_pool(pool.address))
    if shares is None:
        raise AmountError("A shared pool is left by shares", "Give --shares, a number or `all`")
    mine, supply = vitrine.pools.shares(pool.address, sender)
    if shares != "all" and not shares.isdigit():
        raise AmountError(f"{shares!r} is no number of shares", "Give a whole number, or `all`")
    burned = mine if shares == "all" else int(shares)
    if not burned or burned > mine:
        fact = f"{sender} has {mine} shares of the pool, {shares} are to be burned"
        raise StateError(fact, "See `vitrine pool show --account`")
    due, worth, _ = vitrine.pools.quote_remove(pool.address, burned)
    named = ids or pool.token_ids[:due]
    if len(named) != due and not (burned == supply and len(named) > due):
        fact = f"These shares stand for {due} NFTs, {len(named)} are named"
        raise AmountError(fact, "Name as many, or none to get the lowest ids")
    if assets > worth:
        fact = f"These shares bring {vitrine.money.text(worth)} now, at least {vitrine.money.text(assets)}"
        raise StateError(f"{fact} is asked for", "Accept less with --assets, or wait")
    least = assets or worth
    call = vitrine.pools.remove_liquidity(pool.address, burned, named, least, receiver, deadline(vitrine))
    return Action(
        f"Leave a shared pool with {burned} shares",
        [call],
        watch=watch_pool(pool.address),
        result=lambda receipts: {
            "nfts": len(receipts[0].event("LiquidityRemoved").args["tokenIds"]),
            "assets_units": str(receipts[0].event("LiquidityRemoved").args["assets"]),
            "cash_in_lieu_units": str(receipts[0].event("LiquidityRemoved").args["cashInLieu"]),
        },
    )


# --- parts --------------------------------------------------------------------------------------------------


def list_proofs(pool: Pool, ids: Sequence[int], listed: str | None) -> list[list[bytes]]:
    """Proofs that the pool's list has these ids; none for a pool that takes all."""
    if not pool.listed_only:
        return []
    if listed is None:
        raise AmountError("The pool takes only ids of its list", "Give the file of ids with --list")
    known = IdList.read(Path(listed))
    if known.root != pool.list_root:
        raise DataError(f"{listed} is not the list of this pool", "Give the file it was created with")
    return [known.proof(token_id) for token_id in ids]


def watch_wallet(account: str) -> Any:
    """Asset of an account before and after."""
    return lambda stage: {"wallet_units": str(stage.tokens.balance(account))}


def watch_pool(address: str) -> Any:
    """Inventory of a pool before and after."""

    def look(stage: Vitrine) -> dict[str, Any]:
        pool = stage.pools.states([address])[0]
        return {"nfts": pool.nfts, "assets_units": str(pool.assets), "price_units": str(pool.price)}

    return look


def _require_owner(pool: Pool, sender: str) -> None:
    if pool.owner != sender:
        fact = f"The pool is of {pool.owner}, not of {sender}"
        raise StateError(fact, "Give --sender its owner, or use a shared pool")


def _legs(args: dict[str, Any], total: str) -> dict[str, Any]:
    return {
        "nfts": len(args["tokenIds"]),
        total: str(args["total"]),
        "lp_fee_units": str(args["lpFee"]),
        "protocol_fee_units": str(args["protocolFee"]),
        "royalty_units": str(args["royalty"]),
    }


def _few(ids: Sequence[int]) -> str:
    shown = ", ".join(str(token_id) for token_id in ids[:10]) or "none"
    return f"{shown} …" if len(ids) > 10 else shown
