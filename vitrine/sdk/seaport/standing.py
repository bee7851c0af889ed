"""Whether an order can be filled now: what has to be read, in batches, and what is concluded from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.chain.contract import Call, Contract
from vitrine.chain.rpc import RpcError
from vitrine.chain.transaction import BlockTag, eth_call
from vitrine.sdk.seaport.hashing import Domain, order_hash
from vitrine.sdk.seaport.orders import ZERO_WORD, ItemKind, OfferItem, Order, SignedOrder
from vitrine.sdk.seaport.signing import recover
from vitrine.sdk.tokens import ERC20, ERC721

_MAGIC: Final = bytes.fromhex("1626ba7e")
Key = tuple[Any, ...]


class Gone(StrEnum):
    """Why an order cannot be filled."""

    EXPIRED = "expired"
    EARLY = "not open yet"
    CANCELLED = "cancelled"
    FILLED = "filled"
    COUNTER = "cancelled with all others of its maker"
    OWNER = "not the owner any more"
    APPROVAL = "not approved"
    BALANCE = "insufficient balance"
    ALLOWANCE = "insufficient allowance"
    SIGNATURE = "wrong signature, or of another chain"


SENTENCES: Final = {
    Gone.EXPIRED: "The order expired",
    Gone.EARLY: "The order is not open yet",
    Gone.CANCELLED: "The order was cancelled",
    Gone.FILLED: "The order was filled",
    Gone.COUNTER: "The maker cancelled all orders of that time",
    Gone.OWNER: "The maker does not own the token any more",
    Gone.APPROVAL: "The maker does not let Seaport move the token",
    Gone.BALANCE: "The maker's balance is below what the bid offers",
    Gone.ALLOWANCE: "The maker lets Seaport take less than the bid offers",
    Gone.SIGNATURE: "The signature is not the maker's for this Seaport on this chain",
}


@dataclass(frozen=True, slots=True)
class Fill:
    """How much of an order is gone: `filled / size`, 0 / 0 when nothing."""

    validated: bool = False
    cancelled: bool = False
    filled: int = 0
    size: int = 0

    def left(self, quantity: int) -> int:
        """Whole tokens out of `quantity` that can still be traded."""
        return quantity if self.size == 0 else quantity - -(-self.filled * quantity // self.size)


@dataclass
class Snapshot:
    """What the chain said at one block. A missing answer counts as none: zero, nobody, not approved."""

    now: int
    answers: dict[Key, Any] = field(default_factory=dict)

    def fill(self, digest: bytes) -> Fill:
        return Fill(*self.answers.get(("status", digest), ()))

    def counter(self, offerer: str) -> int:
        return int(self.answers.get(("counter", offerer)) or 0)

    def spender(self, seaport: str, key: bytes) -> str:
        if key == ZERO_WORD:
            return seaport
        found = self.answers.get(("conduit", key))
        return checksum(found[0]) if found and found[1] else ""


class Surveyor:
    """Reads what decides over orders; every question is asked once, however many orders share it."""

    def __init__(self, chain: Chain, seaport: Contract, conduits: Contract) -> None:
        self._chain = chain
        self.seaport = seaport
        self._conduits = conduits

    def survey(self, orders: Iterable[Order], block: BlockTag = "latest") -> Snapshot:
        """Answers about `orders` at one block."""
        number = self._chain.block_number() if isinstance(block, str) else block
        snapshot = Snapshot(int(self._chain.block(number)["timestamp"], 16))
        todo = list(orders)
        keys = {order.conduit_key for order in todo} - {ZERO_WORD}
        self._ask(snapshot, ((("conduit", key), self._conduits.getConduit(key)) for key in keys), number)
        self._ask(snapshot, (pair for order in todo for pair in self._questions(order, snapshot)), number)
        return snapshot

    def _questions(self, order: Order, snapshot: Snapshot) -> Iterator[tuple[Key, Call]]:
        digest, maker = order_hash(order), order.offerer
        yield ("status", digest), self.seaport.getOrderStatus(digest)
        yield ("counter", maker), self.seaport.getCounter(maker)
        spender = snapshot.spender(self.seaport.address, order.conduit_key) or self.seaport.address
        for item in order.offer:
            token = item.token
            if item.kind == ItemKind.ERC721:
                nft = Contract(token, ERC721)
                yield ("owner", token, item.identifier), nft.ownerOf(item.identifier)
                yield ("approved", token, item.identifier), nft.getApproved(item.identifier)
                yield ("operator", token, maker, spender), nft.isApprovedForAll(maker, spender)
            elif item.kind == ItemKind.ERC20:
                money = Contract(token, ERC20)
                yield ("balance", token, maker), money.balanceOf(maker)
                yield ("allowance", token, maker, spender), money.allowance(maker, spender)

    def _ask(self, snapshot: Snapshot, questions: Iterable[tuple[Key, Call]], block: int) -> None:
        asked = {key: call for key, call in questions if key not in snapshot.answers}
        answers = self._chain.rpc.batch_try([eth_call(call, block, None) for call in asked.values()])
        for (key, call), answer in zip(asked.items(), answers, strict=True):
            if isinstance(answer, RpcError) or answer == "0x":
                continue
            found = call.function.decode(bytes.fromhex(answer[2:]))
            snapshot.answers[key] = checksum(found) if isinstance(found, str) else found

    def signed_by_maker(self, signed: SignedOrder, domain: Domain, validated: bool = False) -> bool:
        """An account's key, a contract's word (ERC-1271), or a validation on the chain before."""
        maker = signed.order.offerer
        if validated or recover(signed, domain) == maker:
            return True
        if not self._chain.code(maker):
            return False
        from vitrine.chain.contract import signature_function
        from vitrine.sdk.seaport.hashing import signed_digest

        ask = signature_function("isValidSignature(bytes32,bytes)", "bytes4")
        data = ask.encode([signed_digest(signed.order, signed.signature, domain), signed.signature])
        return bool(self._chain.read_or(Call(maker, data, ask), b"")[:4] == _MAGIC)


def judge(order: Order, seaport: str, snapshot: Snapshot, quantity: int | None = None) -> Gone | None:
    """The first reason why no token of `order` can be traded, None when one can."""
    whole = quantity_of(order) if quantity is None else quantity
    fill = snapshot.fill(order_hash(order))
    if snapshot.now >= order.end_time:
        return Gone.EXPIRED
    if snapshot.now < order.start_time:
        return Gone.EARLY
    if fill.cancelled:
        return Gone.CANCELLED
    if fill.left(whole) < 1:
        return Gone.FILLED
    if order.counter != snapshot.counter(order.offerer):
        return Gone.COUNTER
    spender = snapshot.spender(seaport, order.conduit_key)
    return next(
        (gone for item in order.offer if (gone := _covered(order, item, spender, whole, snapshot))), None
    )


def _covered(order: Order, item: OfferItem, spender: str, whole: int, snapshot: Snapshot) -> Gone | None:
    maker, answers = order.offerer, snapshot.answers
    if item.kind == ItemKind.ERC721:
        if answers.get(("owner", item.token, item.identifier)) != maker:
            return Gone.OWNER
        single = answers.get(("approved", item.token, item.identifier))
        free = answers.get(("operator", item.token, maker, spender)) or single == spender
        return None if spender and free else Gone.APPROVAL
    if item.kind != ItemKind.ERC20:
        return None
    needed = order.gives(item, snapshot.now, 1, whole)
    if (answers.get(("balance", item.token, maker)) or 0) < needed:
        return Gone.BALANCE
    allowed = (answers.get(("allowance", item.token, maker, spender)) or 0) if spender else 0
    return Gone.ALLOWANCE if allowed < needed else None


def quantity_of(order: Order) -> int:
    """Tokens an order trades in all."""
    offers = [item for item in order.offer if item.kind != ItemKind.ERC20]
    items: Sequence[OfferItem] = offers or order.consideration[:1]
    return items[0].start if items else 1
