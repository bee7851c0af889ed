"""Sends actions: simulated first, paid at most what they are worth, bumped on the same nonce.

Nothing is kept on disk. A process that dies leaves at most transactions that wait in the pool; its successor
starts at the first nonce that is not mined, so it replaces them by what is right then, or finds them mined. A
transaction that a reorg took away is forgotten: if its action is still due, the next snapshot says so. Every
action is refused by the contracts when it is no longer due, so sending one twice costs gas and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

from vitrine.chain.contract import Call
from vitrine.chain.reverts import RevertError
from vitrine.chain.rpc import RpcError
from vitrine.chain.transaction import Receipt
from vitrine.keepers.access import Writer
from vitrine.keepers.actions import Action
from vitrine.keepers.metrics import Metrics
from vitrine.units import BPS, bps_up

_UNDERPRICED = ("underpriced", "already known", "fee too low")
_USED = ("nonce too low", "already used", "nonce is too low")


@dataclass(frozen=True, slots=True)
class Spending:
    """What a transaction may cost."""

    wei_per_unit: Fraction
    """Value of one asset unit, wei."""
    loss_share_bps: int = 100
    """Part of the expected loss a keeper pays to avert it."""
    least_wei: int = 10**16
    """Spent on an action whatever it is worth."""
    most_wei: int = 10**18
    gas_margin_bps: int = 2_000
    bump_bps: int = 1_250
    patience: int = 2
    """Blocks to wait before a bump."""
    in_flight: int = 16
    confirmations: int = 3

    def cap(self, action: Action) -> int:
        """Most wei that `action` may cost."""
        worth = action.reward + int(action.expected_loss) * self.loss_share_bps // BPS
        return min(self.most_wei, self.least_wei + int(worth * self.wei_per_unit))


@dataclass(slots=True)
class Flight:
    """A transaction on its way."""

    action: Action
    call: Call
    nonce: int
    gas: int
    price: int
    block: int
    hashes: list[str] = field(default_factory=list)
    mined: Receipt | None = None
    given_up: bool = False
    """No longer due, or no longer worth its gas: its nonce goes to the next action that is."""

    @property
    def cost(self) -> int:
        return self.gas * self.price


class ActionSender:
    """One account that sends for one keeper."""

    def __init__(
        self,
        chain: Writer,
        call_of: Callable[[Action], Call],
        account: str,
        spending: Spending,
        metrics: Metrics,
    ) -> None:
        self.chain, self.call_of, self.account = chain, call_of, account
        self.spending, self.metrics = spending, metrics
        self.flights: list[Flight] = []
        self.spent = 0

    def step(self, actions: Sequence[Action]) -> list[Flight]:
        """One round: look after what is on its way, then send what is new. Returns the new flights."""
        block = int(self.chain.block()["number"], 16)
        self._settle(block)
        waiting = [flight for flight in self.flights if flight.mined is None]
        for flight in waiting:
            if block - flight.block >= self.spending.patience:
                self._bump(flight, block)
        busy = {flight.action.key for flight in self.flights if not flight.given_up}
        free = [flight for flight in waiting if flight.given_up]
        used = {flight.nonce for flight in waiting}
        # the lowest free ones: after a reorg there may be a gap below those that wait
        nonces = (n for n in count(self.chain.mined_nonce(self.account)) if n not in used)
        nonce = next(nonces)
        sent: list[Flight] = []
        for action in actions:
            if action.key in busy:
                continue
            old = free[0] if free else None
            if old is None and len(waiting) + len(sent) >= self.spending.in_flight:
                self.metrics.add("held_back", kind=action.kind.value)
                continue
            made = self._launch(action, nonce if old is None else old.nonce, block, old)
            if made is None:
                continue
            sent.append(made)
            busy.add(action.key)
            self.flights.append(made)
            if old is None:
                nonce = next(nonces)
            else:
                self.flights.remove(free.pop(0))
                waiting.remove(old)
        self.metrics.set("in_flight", len(waiting) + len(sent))
        return sent

    def finish(self, seconds: float = 10.0) -> bool:
        """Waits until what is on its way is mined, and counts it; False when some of it is not in time."""
        until, pause = time.monotonic() + seconds, 0.01
        while True:
            self._settle(int(self.chain.block()["number"], 16))
            if all(flight.mined is not None for flight in self.flights):
                return True
            if time.monotonic() > until:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    # --- on the way -----------------------------------------------------------------------------------------

    def _settle(self, block: int) -> None:
        """Takes over what was mined, and forgets what a reorg or a rival with our key took away."""
        mined_nonce = self.chain.mined_nonce(self.account)
        kept: list[Flight] = []
        for flight in self.flights:
            receipt = next((r for h in flight.hashes if (r := self.chain.receipt(h, check=False))), None)
            if receipt is None:
                if flight.mined is not None:
                    self.metrics.add("reorged", kind=flight.action.kind.value)
                elif flight.nonce < mined_nonce:
                    self.metrics.add("displaced", kind=flight.action.kind.value)
                else:
                    kept.append(flight)
                continue
            if flight.mined is None:
                self._count(flight, receipt)
            flight.mined = receipt
            if block - receipt.block < self.spending.confirmations:
                kept.append(flight)
        self.flights = kept

    def _count(self, flight: Flight, receipt: Receipt) -> None:
        kind, cost = flight.action.kind.value, receipt.gas_used * receipt.gas_price
        self.spent += cost
        self.metrics.add("done" if receipt.ok else "failed", kind=kind)
        self.metrics.add("gas_wei", cost, kind=kind)
        if receipt.ok:
            self.metrics.add("reward_units", flight.action.reward, kind=kind)

    def _bump(self, flight: Flight, block: int) -> None:
        """The same nonce at a higher price, up to what the action is worth, while it is still due."""
        if flight.given_up:
            return
        try:
            self.chain.read(flight.call, block="pending", sender=self.account)
        except RevertError:
            self._give_up(flight, "superseded")
            return
        price = max(self._dearer(flight.price), self.chain.gas_price())
        flight.block = block
        if self._submit(flight, price):
            self.metrics.add("bumped", kind=flight.action.kind.value)
        else:
            self._give_up(flight, "outbid")

    def _give_up(self, flight: Flight, reason: str) -> None:
        flight.given_up = True
        self.metrics.add(reason, kind=flight.action.kind.value)

    # --- new ------------------------------------------------------------------------------------------------

    def _launch(self, action: Action, nonce: int, block: int, old: Flight | None) -> Flight | None:
        kind = action.kind.value
        call = self.call_of(action)
        try:
            self.chain.read(call, block="pending", sender=self.account)
            gas = bps_up(self.chain.estimate(call, self.account), BPS + self.spending.gas_margin_bps)
        except RevertError as error:
            self.metrics.add("refused", kind=kind, reason=error.error or "no reason")
            return None
        price = bps_up(self.chain.gas_price(), BPS + self.spending.gas_margin_bps)
        if old is not None:
            price = max(price, self._dearer(old.price))
        flight = Flight(action, call, nonce, gas, price, block)
        if flight.cost > self.spending.cap(action):
            self.metrics.add("too_dear", kind=kind)
            return None
        if not self._submit(flight, price):
            return None
        self.metrics.add("sent", kind=kind)
        return flight

    def _dearer(self, price: int) -> int:
        """The least price that replaces a transaction at `price`; a chain may have let it in for nothing."""
        return max(bps_up(price, BPS + self.spending.bump_bps), price + 1)

    def _submit(self, flight: Flight, price: int) -> bool:
        """Hands it to the node; outbids a transaction of a dead process that waits at the same nonce."""
        cap = self.spending.cap(flight.action)
        while flight.gas * price <= cap:
            try:
                tx_hash = self.chain.submit(
                    flight.call, self.account, gas=flight.gas, nonce=flight.nonce, gas_price=price
                )
            except RpcError as error:
                reason = str(error).lower()
                if any(text in reason for text in _UNDERPRICED):
                    price = self._dearer(price)
                    continue
                if any(text in reason for text in _USED):
                    self.metrics.add("nonce_used", kind=flight.action.kind.value)
                    return False  # the next round starts from the new nonce
                raise
            flight.price = price
            flight.hashes.append(tx_hash)
            return True
        return False
