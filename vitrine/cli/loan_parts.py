"""Buying with a loan and selling to repay one: one NFT, one venue, one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vitrine.cli.action import Action, perform
from vitrine.cli.common import amount, open_session, watch_position
from vitrine.cli.market_parts import legs_shown, open_orders
from vitrine.cli.market_states import leg_json
from vitrine.cli.market_wishes import read_lists
from vitrine.cli.options import NftId
from vitrine.cli.pool_parts import deadline
from vitrine.errors import AmountError, StateError
from vitrine.indexer.offers import BUY, SELL, MarketOffers
from vitrine.routing import Fill, Terms, These, plan_buy, plan_sell
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.tokens import Needs
from vitrine.units import MAX_UINT256, YEAR, div_up, parse_units


def buy_with_loan(nft: NftId, options: dict[str, Any]) -> None:
    """`vitrine loan buy`"""
    database, borrow = options.pop("database"), options.pop("borrow")
    most, move = options.pop("most"), options.pop("max_move")
    apr, slippage = options.pop("max_apr"), options.pop("slippage")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, ids = vitrine.collection(nft.collection), frozenset({nft.token_id})
    name = f"{nft.collection}:{nft.token_id}"
    lent, move_bps = amount(vitrine, borrow, "loan"), parse_units(move, 2, what="move of the floor")
    rate = MAX_UINT256 if apr is None else div_up(parse_units(apr, 16, what="yearly rate"), YEAR)
    with open_orders(session, database) as orders:
        offers = MarketOffers(vitrine, orders, where)
        terms = Terms(offers.gas_price(), True, parse_units(slippage, 2, what="slippage"))
        pools = offers.pools_to_buy_from(1, vitrine.loans.address, ids)
        plan = plan_buy(where, These(ids), offers.listings(), pools, terms)
        if not plan.legs:
            raise StateError(f"{name} is not for sale anywhere", "See `vitrine market depth`")
        fill = _within(vitrine, plan.legs[0].choice, most, BUY)
        if lent > fill.assets:
            fact = f"{name} costs {vitrine.money.text(fill.assets)}, less than the loan"
            raise AmountError(fact, "Borrow less with --borrow")
        seen = vitrine.oracle.quote(where).mid
        words = offers.fill_words(fill, BUY)
        call = vitrine.loans.buy(words, lent, seen, move_bps, deadline(vitrine), rate)
        legs, shown = (
            [leg_json(view, BUY) for view in offers.views(plan)],
            legs_shown(vitrine, offers, plan, BUY),
        )
    action = Action(
        f"Buy {name} with a loan of {vitrine.money.text(lent)}",
        [call],
        Needs(assets=fill.limit - lent, spender=vitrine.loans.till, operator=vitrine.loans.address),
        watch_position(sender),
        lambda receipts: {
            "legs": legs,
            "cost_units": str(receipts[0].event("BoughtWithLoan").args["cost"]),
            "borrowed_units": str(receipts[0].event("BoughtWithLoan").args["borrowed"]),
        },
        show=shown,
    )
    perform(session, action, sender, flags)


def sell_and_repay(nft: NftId, options: dict[str, Any]) -> None:
    """`vitrine loan sell-repay`"""
    database, least = options.pop("database"), options.pop("least")
    account, slippage, lists = options.pop("account"), options.pop("slippage"), options.pop("lists")
    session, flags = open_session(options)
    vitrine, sender = session.vitrine, session.sender()
    where, owner = vitrine.collection(nft.collection), account or sender
    name = f"{nft.collection}:{nft.token_id}"
    if (where, nft.token_id) not in vitrine.desk.nfts_of(owner):
        raise StateError(f"{name} is not pledged by {owner}", "See `vitrine position show`")
    if owner != sender:
        for who in (sender, vitrine.loans.address):
            _require_operator(vitrine, owner, who)
    with open_orders(session, database) as orders:
        offers = MarketOffers(vitrine, orders, where)
        terms = Terms(offers.gas_price(), True, parse_units(slippage, 2, what="slippage"))
        pools = offers.pools_to_sell_into([nft.token_id], vitrine.loans.address, read_lists(lists))
        plan = plan_sell(where, [nft.token_id], offers.bids(), pools, terms)
        if not plan.legs:
            raise StateError(f"{name} is not wanted by anybody", "See `vitrine market depth`")
        fill = _within(vitrine, plan.legs[0].choice, least, SELL)
        call = vitrine.loans.sell_and_repay(owner, offers.fill_words(fill, SELL), deadline(vitrine))
        legs, shown = (
            [leg_json(view, SELL) for view in offers.views(plan)],
            legs_shown(vitrine, offers, plan, SELL),
        )
    action = Action(
        f"Sell {name} to repay",
        [call],
        Needs(operator=vitrine.loans.address) if owner == sender else Needs(),
        watch_position(owner),
        lambda receipts: {
            "legs": legs,
            "proceeds_units": str(receipts[0].event("SoldToRepay").args["proceeds"]),
            "repaid_units": str(receipts[0].event("SoldToRepay").args["repaid"]),
        },
        show=shown,
    )
    perform(session, action, sender, flags)


def _require_operator(vitrine: Vitrine, account: str, who: str) -> None:
    if not vitrine.tokens.is_operator(account, who):
        fact = f"{vitrine.name_of(who)} may not act for {account}"
        raise StateError(fact, "Let the account make it an operator first, or send from the account")


def _within(vitrine: Vitrine, fill: Fill, limit: str | None, side: str) -> Fill:
    """The fill with the person's own limit, when there is one."""
    if limit is None:
        return fill
    units = amount(vitrine, limit, "limit")
    if units < fill.assets if side == BUY else units > fill.assets:
        fact = f"It {'costs' if side == BUY else 'brings'} {vitrine.money.text(fill.assets)} now"
        raise StateError(
            fact, f"{'Allow more with --max' if side == BUY else 'Accept less with --min'}, or wait"
        )
    return replace(fill, limit=units)
