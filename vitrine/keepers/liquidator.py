"""The liquidator: one round is snapshot → decide → simulate → send → count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from vitrine.chain.contract import Contract
from vitrine.chain.transaction import BlockTag
from vitrine.errors import StateError
from vitrine.keepers.access import Holdings, Writer
from vitrine.keepers.actions import Contracts, to_call
from vitrine.keepers.decide import Decision, Params, decide
from vitrine.keepers.lens import PAGE, LensReader
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.quotes import ExitReader
from vitrine.keepers.sender import ActionSender, Spending
from vitrine.keepers.snapshot import Ref, Snapshot


class Liquidator:
    """A keeper of one market. `step()` is one round; it keeps nothing a new process would need."""

    def __init__(
        self,
        chain: Writer,
        contracts: Contracts,
        lens: Contract,
        holdings: Holdings,
        account: str,
        spending: Spending,
        params: Params | None = None,
        *,
        metrics: Metrics | None = None,
        block_time: int = 12,
        only_at_risk: bool = True,
        page: int = PAGE,
        exits: ExitReader | None = None,
    ) -> None:
        self.chain, self.holdings = chain, holdings
        self.vault, self.account = contracts.vault, account
        self.reader = LensReader(chain, lens, page=page)
        self.params = params or Params()
        self.metrics = metrics or Metrics("liquidator")
        taker = None if exits is None else exits.contracts.taker
        self.sender = ActionSender(
            chain,
            lambda action: to_call(action, contracts, account, taker),
            account,
            spending,
            self.metrics,
        )
        self.block_time, self.only_at_risk = block_time, only_at_risk
        self.exits = exits
        self.last: Decision | None = None

    def look(self) -> Snapshot:
        """The market at the latest block; a block that is replaced meanwhile is read again."""
        for _ in range(3):
            try:
                return self.reader.snapshot(self.holdings, only_at_risk=self.only_at_risk)
            except StateError:
                self.metrics.add("reread")
        return self.reader.snapshot(self.holdings, only_at_risk=self.only_at_risk)

    def step(self) -> Decision:
        """One round. Returns what was decided."""
        snapshot = self.look()
        if self.params.claim_above:
            credit = int(self.chain.read(self.vault.creditOf(self.account), block=snapshot.market.block))
            snapshot = replace(snapshot, credit=credit)
        if self.exits is not None and self.params.exiting is not None and not snapshot.market.paused:
            gas_units = self.chain.gas_price() / self.sender.spending.wei_per_unit
            offers = self.exits.offers(list(snapshot.auctions), snapshot.market.block)
            snapshot = replace(snapshot, offers=offers, gas_units=gas_units)
        decision = decide(snapshot, self.params, snapshot.market.timestamp + self.block_time)
        self.sender.step(decision.actions)
        self._report(snapshot, decision)
        self.last = decision
        return decision

    def _report(self, snapshot: Snapshot, decision: Decision) -> None:
        market, put = snapshot.market, self.metrics.set
        put("block", market.block)
        put("accounts", len(snapshot.accounts))
        put("warnable", decision.warnable)
        put("liquidatable", decision.liquidatable)
        put("marked", decision.marked)
        put("doubtful", decision.doubtful)
        put("blind", len(decision.blind))
        put("actions", len(decision.actions))
        put("auctions", len(snapshot.auctions))
        put("floating_bad_debt_units", market.floating_bad_debt)
        put("expected_loss_units", sum(action.expected_loss for action in decision.actions))


class EventIndex(Protocol):
    """What `vitrine.sdk`'s desk client knows from events; the index answers the same, faster."""

    def accounts(self, block: BlockTag = "latest") -> list[str]: ...

    def nfts_of(self, account: str, block: BlockTag = "latest") -> list[Ref]: ...


class DeskHoldings:
    """Holdings out of the desk's own events: no index needed, slower with history."""

    def __init__(self, desk: EventIndex) -> None:
        self._desk = desk

    def accounts(self) -> Sequence[str]:
        return self._desk.accounts()

    def refs(self, accounts: Sequence[str]) -> dict[str, Sequence[Ref]]:
        return {account: self._desk.nfts_of(account) for account in accounts}


class ListedHoldings:
    """Holdings that are known beforehand."""

    def __init__(self, held: dict[str, list[Ref]]) -> None:
        self.held = held

    def accounts(self) -> Sequence[str]:
        return list(self.held)

    def refs(self, accounts: Sequence[str]) -> dict[str, Sequence[Ref]]:
        by_name = {name.lower(): refs for name, refs in self.held.items()}
        return {account: by_name.get(account.lower(), []) for account in accounts}
