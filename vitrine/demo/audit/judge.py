"""Was every start due, every set of NFTs the right one, every sale at its price, every loss in its order?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from vitrine.chain.abibook import Event
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.prices import LoggedPrices
from vitrine.demo.audit.rebuilt import ZERO, Held, Rebuilt, Ref
from vitrine.models.auction import AuctionPrice, price_at
from vitrine.models.desk import recovered_line, warn_line
from vitrine.models.plan import Candidate, plan
from vitrine.models.tiers import Health, Place, liquidation_refusal, measure
from vitrine.units import BPS, mul_div_down

_RECOVERED: Final = "recovered"


@dataclass(slots=True)
class Judge:
    """Looks at the state just before each event that had to be earned."""

    state: Rebuilt
    prices: LoggedPrices
    findings: Findings
    healthy: int = 0
    """Starts below the limit and sales in auctions that were over: must stay 0."""
    sales: list[tuple[str, int, int, str]] = field(default_factory=list)
    """Phase, discount, price, account per sale."""
    losses: list[tuple[int, int, int, int]] = field(default_factory=list)
    warned: int = 0
    topped_up: int = 0
    reclaimed: dict[str, int] = field(default_factory=lambda: {"redeemed": 0, _RECOVERED: 0})
    _planned: list[Ref] = field(default_factory=list)

    def look(self, event: Event, now: int) -> None:
        """Called before the event is applied."""
        handler = getattr(self, f"_on_{event.name}", None)
        if handler is not None:
            handler(event, now)

    # ------------------------------------------------------------------ parts

    def places(self, now: int) -> list[Place | None]:
        """The book with the quotes of `now`."""
        return [
            None
            if collection == ZERO
            else Place(collection, self.state.tiers[index], self.prices.quote(collection, now))
            for index, collection in enumerate(self.state.places)
        ]

    def health(self, account: str, now: int) -> tuple[int, Health]:
        """Debt and sums of an account, from events and rounds."""
        return self.state.debt(account), measure(self.state.account(account).units, self.places(now))

    def _auction_price(self, ref: Ref, nft: Held, now: int) -> AuctionPrice:
        if nft.terms is None:
            raise KeyError(ref)
        return price_at(nft.terms, self.prices.quote(ref[0], now), self.state.clock, now)

    # ----------------------------------------------------------------- notices

    def _on_NoticeOpened(self, event: Event, now: int) -> None:
        debt, health = self.health(event.account, now)
        self.warned += 1
        self.findings.same("notices", f"debt of {event.account} at {now}", debt, event.debt)
        self.findings.same("notices", f"limit of {event.account} at {now}", health.limit, event.limit)
        self.findings.holds(
            "notices", f"{event.account} was warned below the line at {now}", debt >= warn_line(health)
        )

    def _on_Pledged(self, event: Event, _now: int) -> None:
        self.topped_up += event.account in self.state.notices

    # ------------------------------------------------------------------ starts

    def _on_LiquidationStarted(self, event: Event, now: int) -> None:
        account = event.account
        debt, health = self.health(account, now)
        self.findings.same("starts", f"debt of {account} at {now}", debt, event.debt)
        self.findings.same("starts", f"limit of {account} at {now}", health.limit, event.limit)
        age = self.state.notice_age(account, self.state.clock)
        refusal = liquidation_refusal(health, debt, age, 0, now)
        self.findings.same("starts", f"refusal of {account} at {now}", None, refusal)
        self.healthy += debt < health.limit
        self._plan(account, debt, now, event.count)

    def _plan(self, account: str, debt: int, now: int, count: int) -> None:
        """Which NFTs the plan chooses; their auctions must be the ones that follow."""
        places = self.places(now)
        nfts = self.state.nfts_of(account)
        candidates = [
            Candidate(
                self.state.places.index(ref[0]),
                nft.units,
                nft.rank,
                nft.terms is not None,
                self._auction_price(ref, nft, now).price if nft.terms is not None else 0,
            )
            for ref, nft in nfts
        ]
        chosen = plan(candidates, debt, self.state.behind(), places)
        self.findings.same("starts", f"auctions of {account} at {now}", len(chosen), count)
        self._planned = [nfts[index][0] for index in chosen]

    def _on_AuctionStarted(self, event: Event, now: int) -> None:
        ref = (event.collection, event.tokenId)
        self.findings.holds("starts", f"{ref} was put up at {now}, not planned", ref in self._planned)
        self.findings.same("starts", f"clock of {ref}", self.state.clock, event.terms.startedAt)

    # ------------------------------------------------------------------- sales

    def _on_AuctionSettledInto(self, event: Event, now: int) -> None:
        self._sold(event, now, event.proceeds)

    def _on_AuctionTaken(self, event: Event, now: int) -> None:
        self._sold(event, now, event.price)

    def _sold(self, event: Event, now: int, paid: int) -> None:
        """`paid` is what the discount is of."""
        ref = (event.collection, event.tokenId)
        nft = self.state.held[ref]
        debt, health = self.health(nft.account, now)
        over = debt <= recovered_line(health)
        self.healthy += over
        self.findings.holds("sales", f"{ref} was sold at {now} though its auction was over", not over)
        asked = self._auction_price(ref, nft, now)
        self.findings.same("sales", f"price of {ref} at {now}", asked.price, event.price)
        self.findings.same("sales", f"worth of {ref} at {now}", asked.worth, event.worth)
        self.findings.same("sales", f"phase of {ref} at {now}", int(asked.phase), event.phase)
        discount = BPS - mul_div_down(paid, BPS, asked.worth)
        self.findings.same("sales", f"discount of {ref} at {now}", discount, event.discountBps)
        self.sales.append((asked.phase.name.lower(), event.discountBps, event.proceeds, nft.account))

    def _on_SaleBooked(self, event: Event, now: int) -> None:
        debt = self.state.debt(event.account)
        self.findings.same(
            "sales", f"debt repaid by {event.account} at {now}", min(debt, event.proceeds), event.repaid
        )
        self.findings.same(
            "sales", f"surplus of {event.account} at {now}", event.proceeds - event.repaid, event.surplus
        )

    def _on_Reclaimed(self, event: Event, now: int) -> None:
        debt, health = self.health(event.account, now)
        self.reclaimed["redeemed" if event.redeemed else _RECOVERED] += 1
        over = debt <= recovered_line(health)
        self.findings.holds("sales", f"{event.account} got NFTs back too early at {now}", over)
        redeemed = debt <= health.target
        self.findings.same(
            "sales", f"end of the auctions of {event.account} at {now}", redeemed, event.redeemed
        )

    # ------------------------------------------------------------------ losses

    def _on_LossRealised(self, event: Event, now: int) -> None:
        by_reserve = min(event.loss, self.state.reserve)
        self.findings.same("losses", f"reserve's part at {now}", by_reserve, event.byReserve)
        self.findings.same("losses", f"cover's part at {now}", 0, event.byCover)
        self.findings.same("losses", f"suppliers' part at {now}", event.loss - by_reserve, event.bySuppliers)
        if event.account != ZERO:
            self.losses.append((event.loss, event.byReserve, event.byCover, event.bySuppliers))
