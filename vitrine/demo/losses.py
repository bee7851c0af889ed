"""Recognised losses, one by one, and whether each was borne in the published order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vitrine.demo.names import Names
from vitrine.demo.record import Logged
from vitrine.demo.trades import SALES


@dataclass(frozen=True, slots=True)
class Loss:
    """One recognised loss; asset units."""

    at: int
    account: str
    loss: int
    by_reserve: int
    by_cover: int
    by_suppliers: int
    reserve_before: int
    distressed: bool
    """Recognised by a sale below the standard band."""

    @property
    def in_order(self) -> bool:
        """The reserve first, all of it if need be; then cover (there is none here); then suppliers."""
        reserve = min(self.loss, self.reserve_before)
        return (self.by_reserve, self.by_cover, self.by_suppliers) == (reserve, 0, self.loss - reserve)


def find_losses(log: Iterable[Logged], names: Names, reserve: int) -> list[Loss]:
    """All losses, the reserve followed through its own events from `reserve` on."""
    losses: list[Loss] = []
    sale = ""
    for logged in log:
        event = logged.event
        if event.name == "Accrued":
            reserve += event.toReserve
        elif event.name == "Repaid":
            reserve += event.fine
        elif event.name == "ReserveFunded":
            reserve += event.assets
        elif event.name == "Credited" and event.fromReserve:
            reserve -= event.assets
        elif event.name in SALES:
            sale = event.tx_hash if event.phase >= 3 else ""
        elif event.name == "LossRealised":
            losses.append(
                Loss(
                    logged.at,
                    names.party_at.get(event.account, "rounding"),
                    event.loss,
                    event.byReserve,
                    event.byCover,
                    event.bySuppliers,
                    reserve,
                    bool(sale) and sale == event.tx_hash,
                )
            )
            reserve -= event.byReserve
    return losses
