"""Making and cancelling orders of the order book: signed here, kept in the order store, sent to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vitrine.cli.action import Action, Session, perform
from vitrine.cli.common import amount, open_session
from vitrine.cli.market_parts import open_orders
from vitrine.cli.market_wishes import Among
from vitrine.cli.options import NftId
from vitrine.errors import StateError
from vitrine.indexer.orders import OrderStore
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.seaport.build import Fee, Terms, bid, collection_bid, listing, trait_bid
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import order_hash
from vitrine.sdk.seaport.orders import Order
from vitrine.sdk.tokens import Needs
from vitrine.units import DAY


def list_order(nft: NftId, price: str, days: int, options: dict[str, Any]) -> None:
    """`vitrine market list`"""
    database = options.pop("database")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, units = vitrine.collection(nft.collection), amount(vitrine, price, "price")
    fees = royalty_fees(vitrine, where, nft.token_id, units)
    asset, terms = vitrine.tokens.asset.address, _terms(session, sender, days)
    order = listing(sender, where, nft.token_id, asset, units, terms, fees=fees)
    with open_orders(session, database) as store:
        action = _action(f"List {nft.collection}:{nft.token_id}", vitrine, store, order)
        perform(session, action, sender, flags)


def offer_order(
    collection: str, price: str, token: int | None, quantity: int, days: int, options: dict[str, Any]
) -> None:
    """`vitrine market offer`"""
    database = options.pop("database")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, units = vitrine.collection(collection), amount(vitrine, price, "price")
    among = Among.take(options)
    ids = among.tokens() if among.given else ()
    if token is not None and vitrine.tokens.owner(where, token) is None:
        raise StateError(f"There is no token {token} in {collection}", "Check the token id")
    fees = royalty_fees(vitrine, where, ids[0] if ids else token or 0, units)
    asset, terms = vitrine.tokens.asset.address, _terms(session, sender, days)
    if ids:
        order = trait_bid(sender, where, Criteria(ids), asset, units, terms, quantity=quantity, fees=fees)
    elif token is None:
        order = collection_bid(sender, where, asset, units, terms, quantity=quantity, fees=fees)
    else:
        order = bid(sender, where, token, asset, units, terms, fees=fees)
    with open_orders(session, database) as store:
        action = _action(f"Offer for {collection}", vitrine, store, order, ids)
        perform(session, action, sender, flags)


def cancel_order(text: str, options: dict[str, Any]) -> None:
    """`vitrine market cancel`"""
    database = options.pop("database")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    with open_orders(session, database) as store:
        found = store.get(text)
    if found.maker != sender:
        fact = f"The order is of {found.maker}, not of {sender}"
        raise StateError(fact, "Give --sender its maker")
    if found.reason:
        raise StateError(f"The order is over already: {found.reason}", "Nothing to do")
    action = Action(
        f"Cancel the order {text[:10]}…",
        [vitrine.seaport.cancel([found.signed.order])],
        result=lambda _receipts: {"order": text},
    )
    perform(session, action, sender, flags)


def royalty_fees(vitrine: Vitrine, collection: str, token_id: int, price: int) -> list[Fee]:
    """The royalty of the collection as an item of an order."""
    terms = vitrine.royalties.terms(collection, token_id, price)
    return [Fee(terms.receiver, terms.bps)] if terms.bps else []


def _terms(session: Session, maker: str, days: int) -> Terms:
    now = session.chain.now()
    return Terms(now, now + days * DAY, session.vitrine.seaport.counter(maker))


def _needs(vitrine: Vitrine, store: OrderStore, order: Order) -> Needs:
    """What the maker has to own and approve; of a bid together with his other live bids, as far as his money
    goes, so that one offer does not take the allowance of another."""
    needs = vitrine.seaport.needs(order)
    if not needs.assets:
        return needs
    balance = vitrine.tokens.balance(order.offerer)
    return replace(
        needs, assets=max(needs.assets, min(balance, needs.assets + store.committed(order.offerer)))
    )


def _action(
    title: str, vitrine: Vitrine, store: OrderStore, order: Order, token_ids: Sequence[int] = ()
) -> Action:
    digest = "0x" + order_hash(order).hex()
    return Action(
        title,
        [],
        _needs(vitrine, store, order),
        result=lambda _receipts: {"order": digest, "ends_at": order.end_time},
        then=lambda: store.add(vitrine.seaport.sign(order), token_ids),
    )
