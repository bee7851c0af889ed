"""What an account would look like after a step, computed with the models: no transaction, no simulation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.contract import Contract
from vitrine.chain.transaction import BlockTag
from vitrine.errors import StateError
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Health, Place, Refusal, Tier, borrow_refusal, measure
from vitrine.models.units_word import add, shift, sub
from vitrine.models.wad import debt_to_assets_up, debt_to_shares_down, debt_to_shares_up

Nft = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody thinks of doing, in this order: repay, NFTs in and out, borrow. Asset units."""

    repay: int = 0
    add: tuple[Nft, ...] = ()
    remove: tuple[Nft, ...] = ()
    borrow: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The account after the step."""

    debt: int
    health: Health
    refusal: Refusal | None
    """Why the book would refuse the step; None: it would not, or is not asked (no debt, or nothing taken)."""

    @property
    def room(self) -> int:
        """What could still be borrowed."""
        return max(0, self.health.borrow_limit - self.debt)


class Previewer:
    """Reads the market once per preview, through the lens, then only computes."""

    def __init__(
        self, chain: Chain, lens: Contract, desk: Contract, book: Contract, appraisals: Contract
    ) -> None:
        self._chain = chain
        self._lens = lens
        self._desk = desk
        self._book = book
        self._appraisals = appraisals

    def after(self, account: str, step: Step, block: BlockTag = "latest") -> Preview:
        """The account after `step`, as of the time of `block`."""
        at = self._chain.block_number() if block == "latest" else block
        market, stored = self._chain.read_many([self._lens.market(), self._desk.accountOf(account)], block=at)
        caps = self._caps([view.collection for view in market.places], at) if step.borrow else {}
        places = [_place(view, caps.get(view.collection)) for view in market.places]
        units = int(stored.units)
        behind_before = units if stored.debtShares else 0
        for collection, token_id in step.add:
            units = add(units, _find(places, collection), self._appraised(collection, token_id, at))
        for collection, token_id in step.remove:
            pledge = self._chain.read(self._desk.pledgeOf(collection, token_id), block=at)
            units = sub(units, pledge.place, pledge.units)
        shares, assets, total = int(stored.debtShares), int(market.debtAssets), int(market.debtShares)
        if step.repay:
            owed = debt_to_assets_up(shares, assets, total)
            paid = min(step.repay, owed)
            burned = shares if paid == owed else debt_to_shares_down(paid, assets, total)
            shares, assets, total = shares - burned, assets - min(paid, assets), total - burned
        if step.borrow:
            minted = debt_to_shares_up(step.borrow, assets, total)
            shares, assets, total = shares + minted, assets + step.borrow, total + minted
        debt = debt_to_assets_up(shares, assets, total) if shares else 0
        taking = bool(step.borrow or step.remove)
        # new credit alone is held against caps: what only takes collateral out is not
        behind = shift(int(market.behind), behind_before, units) if step.borrow else 0
        refusal = borrow_refusal(units, debt, places, behind) if debt and taking else None
        return Preview(debt, measure(units, places), refusal)

    def _caps(self, collections: Iterable[str], block: BlockTag) -> dict[str, int]:
        """The cap in force per listed collection; one whose depth cannot be read takes no new credit."""
        listed = [collection for collection in collections if int(collection, 16)]
        calls = [self._book.creditCapOf(collection) for collection in listed]
        answers = self._chain.read_many_or(calls, 0, block=block)
        return dict(zip(listed, answers, strict=True))

    def _appraised(self, collection: str, token_id: int, block: BlockTag) -> int:
        units, _ = self._chain.read(self._appraisals.unitsOf(collection, token_id), block=block)
        return int(units)


def _place(view: Any, cap: int | None) -> Place | None:
    """A place of the lens as the models have it; an unquoted one counts as Stale and worth nothing."""
    if not int(view.collection, 16):
        return None
    quote = Quote(*view.quote) if view.quoted else Quote.flat(0, 0, state=OracleState.STALE)
    return Place(view.collection, Tier(*view.tier), quote._replace(state=OracleState(quote.state)), cap)


def _find(places: Iterable[Place | None], collection: str) -> int:
    for number, place in enumerate(places):
        if place is not None and place.collection == collection:
            return number
    raise StateError(f"{collection} is not listed here", "See `vitrine status` for the listed collections")
