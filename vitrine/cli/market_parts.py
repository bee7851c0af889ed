"""What the commands of the aggregator are made of: the order store, plans, and the actions they become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrine.cli.action import Action, Session, WriteFlags
from vitrine.cli.common import amount, nft_refs, open_session
from vitrine.cli.market_states import leg_json, level_json
from vitrine.cli.market_wishes import Among, read_lists
from vitrine.cli.options import NftId
from vitrine.cli.output import table, units
from vitrine.cli.pool_parts import deadline, ids_of, watch_wallet
from vitrine.errors import AmountError, StateError
from vitrine.indexer.offers import BUY, SELL, MarketOffers
from vitrine.indexer.orders import OrderStore
from vitrine.indexer.orders_sync import OrderSync
from vitrine.indexer.store import Store
from vitrine.routing import Cheapest, Plan, Terms, These, Traits, Wish, plan_buy, plan_sell
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.tokens import Needs
from vitrine.units import MAX_UINT256, parse_units


@contextmanager
def open_orders(session: Session, database: str | None) -> Iterator[OrderStore]:
    """The order store of the chain, up to its head."""
    own, chain = session.settings, session.chain
    own.state.mkdir(parents=True, exist_ok=True)
    store = Store(database or own.database_url(chain.chain_id, chain.genesis))
    try:
        orders = OrderStore(session.vitrine, store)
        orders.open()
        OrderSync(chain, orders, session.vitrine.deployment.block).catch_up()
        yield orders
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a plan is made and what is done with it."""

    limit: str | None
    slippage: str
    best_effort: bool
    without_royalty: bool
    receiver: str | None

    def terms(self, offers: MarketOffers) -> Terms:
        slippage = parse_units(self.slippage, 2, what="slippage")
        return Terms(offers.gas_price(), not self.without_royalty, slippage)


def open_session_and_orders(
    options: dict[str, Any],
) -> tuple[Session, WriteFlags, PlanOptions, AbstractContextManager[OrderStore]]:
    """Takes the options of `market buy` and `market sell` out of a command's keyword arguments."""
    limit = options.pop("most", None) or options.pop("least", None)
    plan = PlanOptions(
        limit,
        options.pop("slippage"),
        options.pop("best_effort"),
        options.pop("without_royalty"),
        options.pop("receiver"),
    )
    database = options.pop("database")
    session, flags = open_session(options)
    return session, flags, plan, open_orders(session, database)


# --- plans --------------------------------------------------------------------------------------------------


def buy_action(
    session: Session,
    orders: OrderStore,
    collection: str,
    count: int | None,
    nfts: Sequence[NftId],
    options: PlanOptions,
    among: Among,
    under: str | None = None,
) -> Action:
    """The cheapest plan that buys what is wished for, as one transaction of the router."""
    vitrine, sender = session.vitrine, session.sender()
    where = vitrine.collection(collection)
    ids = ids_of(vitrine, where, nft_refs(vitrine, nfts))
    offers = MarketOffers(vitrine, orders, where)
    wanted = len(ids) or count or 0
    only = frozenset(among.tokens() if among.given else ids) or None
    most_each = MAX_UINT256 if under is None else amount(vitrine, under, "limit")
    pools = offers.pools_to_buy_from(wanted, sender, only)
    wish: Wish = Cheapest(wanted) if only is None else These(only)
    if only is not None and among.given:
        wish = Traits(only, wanted, most_each)
    plan = plan_buy(where, wish, offers.listings(split=options.without_royalty), pools, options.terms(offers))
    _require_whole(vitrine, plan, wanted, collection, "for sale", options)
    limit = plan.max_total if options.limit is None else amount(vitrine, options.limit, "limit")
    if plan.assets > limit:
        fact = f"The plan costs {vitrine.money.text(plan.assets)}, at most {vitrine.money.text(limit)}"
        raise StateError(f"{fact} is allowed", "Allow more with --max, or buy fewer")
    # More than the plan can cost is never drawn, and a plan that is paid for needs no purse beyond itself.
    limit = min(limit, plan.max_total, max(plan.assets, vitrine.tokens.balance(sender)))
    least = 1 if options.best_effort else None
    call = vitrine.aggregator.buy(
        offers.words(plan, BUY), limit, options.receiver or sender, deadline(vitrine), least
    )
    return Action(
        f"Buy {plan.count} {collection}",
        [call],
        Needs(assets=limit, spender=vitrine.aggregator.till),
        watch_wallet(sender),
        _result(offers, plan, BUY, "LegBought", "cost"),
        show=legs_shown(vitrine, offers, plan, BUY),
    )


def sell_action(
    session: Session,
    orders: OrderStore,
    collection: str,
    nfts: Sequence[NftId],
    options: PlanOptions,
    lists: Sequence[Path] = (),
) -> Action:
    """The plan that sells these for the most, as one transaction of the router."""
    vitrine, sender = session.vitrine, session.sender()
    where = vitrine.collection(collection)
    refs = nft_refs(vitrine, nfts)
    ids = ids_of(vitrine, where, refs)
    if not ids:
        raise AmountError("No NFT is named", "Name at least one with --nft, like --nft punks:12")
    offers = MarketOffers(vitrine, orders, where)
    pools = offers.pools_to_sell_into(ids, sender, read_lists(lists))
    plan = plan_sell(where, ids, offers.bids(split=options.without_royalty), pools, options.terms(offers))
    _require_whole(vitrine, plan, len(ids), collection, "wanted by anybody", options)
    limit = plan.min_total if options.limit is None else amount(vitrine, options.limit, "limit")
    if plan.assets < limit:
        fact = f"The plan brings {vitrine.money.text(plan.assets)}, at least {vitrine.money.text(limit)}"
        raise StateError(f"{fact} is asked for", "Accept less with --min, or wait")
    least = 1 if options.best_effort else None
    if options.best_effort and options.limit is None:
        limit = 0
    call = vitrine.aggregator.sell(
        offers.words(plan, SELL), limit, options.receiver or sender, deadline(vitrine), least
    )
    sold = [(where, token) for leg in plan.legs for token in leg.choice.token_ids]
    return Action(
        f"Sell {plan.count} {collection}",
        [call],
        Needs(nfts=sold, mover=vitrine.aggregator.till),
        watch_wallet(options.receiver or sender),
        _result(offers, plan, SELL, "LegSold", "proceeds"),
        show=legs_shown(vitrine, offers, plan, SELL),
    )


def _require_whole(
    vitrine: Vitrine, plan: Plan, wanted: int, collection: str, what: str, options: PlanOptions
) -> None:
    if not plan.count:
        raise StateError(f"None of the {collection} is {what} now", "See `vitrine market depth`")
    if plan.missing and not options.best_effort:
        fact = f"Only {plan.count} of {wanted} {collection} are {what} now"
        raise StateError(fact, "Name fewer, or add --best-effort")


def _result(offers: MarketOffers, plan: Plan, side: str, event: str, amount_of: str) -> Any:
    legs = [leg_json(view, side) for view in offers.views(plan)]

    def result(receipts: Any) -> dict[str, Any]:
        done = receipts[0].all(event)
        return {
            "legs": legs,
            "planned_units": units(plan.assets),
            "filled": len(done),
            "nfts": sum(len(leg.args["tokenIds"]) for leg in done),
            f"{amount_of}_units": units(sum(leg.args[amount_of] for leg in done)),
        }

    return result


def legs_shown(vitrine: Vitrine, offers: MarketOffers, plan: Plan, side: str) -> Any:
    """Prints every leg."""

    def show() -> None:
        money = vitrine.money.text
        rows = [
            (
                view.market,
                ", ".join(map(str, view.token_ids)),
                money(view.price(side)),
                money(view.fee),
                money(view.royalty),
                f"{view.gas:,}",
                money(view.total),
            )
            for view in offers.views(plan)
        ]
        columns = [
            "market",
            "tokens",
            "price",
            "fee",
            "royalty",
            "gas",
            "paid" if side == BUY else "received",
        ]
        table("", columns, rows, right=(2, 3, 4, 5, 6))

    return show


# --- depth --------------------------------------------------------------------------------------------------


def depth_json(vitrine: Vitrine, orders: OrderStore, collection: str) -> dict[str, Any]:
    """The order book by price, pools, standing bids, and what of it counts as exit depth."""
    book = orders.book(collection)
    lens, tiers = vitrine.contract("DepthLens"), vitrine.contract("TierBook")
    parts = vitrine.chain.read_or(lens.depthNow(collection), None)
    cap = vitrine.chain.read_or(tiers.creditCapOf(collection), None)
    return {
        "collection": collection,
        "name": vitrine.name_of(collection),
        "asks": [level_json(level) for level in book.asks],
        "bids": [level_json(level) for level in book.bids],
        "narrow_bids": [level_json(level) for level in book.narrow_bids],
        "standing_bids": sum(bid.quantity for bid in vitrine.bids.bids(collection)),
        "pools": [
            {
                "pool": pool.address,
                "kind": pool.kind,
                "price_units": units(pool.price),
                "nfts": pool.nfts,
                "assets_units": units(pool.assets),
            }
            for pool in vitrine.pools.pools(collection)
        ],
        "exit_depth": None
        if parts is None or not parts.complete
        else {
            "min_price_units": units(parts.minPrice),
            "pools_pieces": f"{parts.pools / 100:.2f}",
            "bids_pieces": f"{parts.bids / 100:.2f}",
            "signed_pieces": f"{parts.signed / 100:.2f}",
            "pieces": f"{parts.units / 100:.2f}",
        },
        "credit_cap_pieces": None if cap is None else f"{int(cap) / 100:.2f}",
    }
