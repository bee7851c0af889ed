"""`Seaport` on one chain: signing, checking, cancelling and filling orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.errors import StateError
from vitrine.registry import Artifacts
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import Domain, order_hash
from vitrine.sdk.seaport.orders import ZERO_ADDRESS, ZERO_WORD, ItemKind, Order, SignedOrder
from vitrine.sdk.seaport.signing import sign_order, sign_orders
from vitrine.sdk.seaport.standing import SENTENCES, Fill, Gone, Surveyor, judge, quantity_of
from vitrine.sdk.seaport.venue import proof_of
from vitrine.sdk.tokens import ERC20, ERC721, Needs

_NEXT: Final = "Take another order: nothing was sent"
_CONSIDERATION: Final = 1


class SeaportClient:
    """The order book. Writes return a `Call`; whatever it would fail on is said before anything is sent."""

    def __init__(self, chain: Chain, contract: Contract, conduits: Interface) -> None:
        self._chain = chain
        self.contract = contract
        self.address = contract.address
        self._conduits = conduits

    @classmethod
    def at(cls, chain: Chain, address: str, artifacts: Artifacts) -> SeaportClient:
        """Seaport at an address; its errors and events become known to the chain."""
        for name in ("Seaport", "LocalConduitController"):
            chain.book.add(artifacts.get(name).abi)
        return cls(
            chain,
            Contract(address, artifacts.interface("Seaport")),
            artifacts.interface("LocalConduitController"),
        )

    @cached_property
    def domain(self) -> Domain:
        return Domain(self._chain.chain_id, self.address)

    @cached_property
    def surveyor(self) -> Surveyor:
        _, _, conduits = self._chain.read(self.contract.information())
        return Surveyor(self._chain, self.contract, Contract(conduits, self._conduits))

    # --- reads

    def counter(self, offerer: str) -> int:
        """What orders of `offerer` must be made with now."""
        return int(self._chain.read(self.contract.getCounter(offerer)))

    def fill_of(self, order: Order) -> Fill:
        """What became of an order so far."""
        return Fill(*self._chain.read(self.contract.getOrderStatus(order_hash(order))))

    def problem(self, signed: SignedOrder) -> Gone | None:
        """Why an order cannot be filled now, None when it can."""
        order = signed.order
        snapshot = self.surveyor.survey([order])
        gone = judge(order, self.address, snapshot)
        if gone is None:
            validated = snapshot.fill(order_hash(order)).validated
            if not self.surveyor.signed_by_maker(signed, self.domain, validated):
                return Gone.SIGNATURE
        return gone

    def require(self, signed: SignedOrder) -> None:
        """A sentence when the order cannot be filled now."""
        gone = self.problem(signed)
        if gone is not None:
            raise StateError(SENTENCES[gone], _NEXT)

    # --- makers

    def sign(self, order: Order) -> SignedOrder:
        """One order, by its offerer."""
        return sign_order(self._chain, self.domain, order)

    def sign_many(self, orders: Sequence[Order], height: int | None = None) -> list[SignedOrder]:
        """Many orders of one offerer with one signature."""
        return sign_orders(self._chain, self.domain, orders, height)

    def needs(self, order: Order) -> Needs:
        """What the offerer has to own and approve for the order to work."""
        spender = self._spender(order.conduit_key)
        assets = sum(max(i.start, i.end) for i in order.offer if i.kind == ItemKind.ERC20)
        nfts = [(i.token, i.identifier) for i in order.offer if i.kind == ItemKind.ERC721]
        return Needs(assets, spender, nfts, spender)

    def validate(self, signed: Sequence[SignedOrder]) -> Call:
        """Has the signatures checked on the chain once: those orders can be filled without them."""
        return self.contract.validate([(s.order.parameters(), s.signature) for s in signed])

    def cancel(self, orders: Sequence[Order]) -> Call:
        """Sent by the offerer (or the zone) of all of them."""
        return self.contract.cancel([order.components() for order in orders])

    def cancel_all(self) -> Call:
        """Every order the sender made so far."""
        return self.contract.incrementCounter()

    # --- takers

    def fulfil(
        self,
        signed: SignedOrder,
        taker: str,
        *,
        token_id: int | None = None,
        ids: Criteria | None = None,
        count: int = 1,
        recipient: str | None = None,
    ) -> Call:
        """Fills a listing, or sells `token_id` into a bid, directly on Seaport; `taker` sends it.

        :param ids: those a trait bid names
        :param count: tokens out of the quantity of an order that is filled in parts
        """
        self.require(signed)
        order = signed.order
        resolvers: list[tuple[Any, ...]] = []
        wanted = order.consideration[0] if order.consideration else None
        if wanted is not None and wanted.kind in (ItemKind.ERC721, ItemKind.ERC721_CRITERIA):
            if token_id is None:
                token_id = wanted.identifier if wanted.kind == ItemKind.ERC721 else None
            if token_id is None:
                raise StateError("The bid takes one of several tokens", "Say which one you sell")
            proof = proof_of(order, token_id, ids)
            if wanted.kind == ItemKind.ERC721_CRITERIA:
                resolvers.append((0, _CONSIDERATION, 0, token_id, proof))
            self._require_owner(wanted.token, token_id, taker)
        self._require_balance(order, taker)
        advanced = (order.parameters(), count, quantity_of(order), signed.signature, signed.extra_data)
        return self.contract.fulfillAdvancedOrder(advanced, resolvers, ZERO_WORD, recipient or ZERO_ADDRESS)

    # --- inside

    def _require_owner(self, collection: str, token_id: int, taker: str) -> None:
        nft = Contract(collection, ERC721)
        owner = self._chain.read_or(nft.ownerOf(token_id), None)
        if owner is None:
            raise StateError(f"There is no token {token_id} in {collection}", "Check collection and token id")
        if checksum(owner) != checksum(taker):
            fact = f"Token {token_id} belongs to {checksum(owner)}, not to {taker}"
            raise StateError(fact, "Sell a token of your own")
        free = self._chain.read(nft.isApprovedForAll(taker, self.address))
        if not free and checksum(self._chain.read(nft.getApproved(token_id))) != self.address:
            raise StateError(f"Seaport may not move token {token_id}", "Approve it first")

    def _require_balance(self, order: Order, taker: str) -> None:
        """What a listing costs; the fees of a bid come out of its proceeds."""
        now = self._chain.now()
        if any(item.kind == ItemKind.ERC20 for item in order.offer):
            return
        due: dict[str, int] = {}
        for item in order.consideration:
            if item.kind == ItemKind.ERC20:
                due[item.token] = due.get(item.token, 0) + order.wants(item, now)
        for token, assets in due.items():
            money = Contract(token, ERC20)
            held, allowed = self._chain.read_many(
                [money.balanceOf(taker), money.allowance(taker, self.address)]
            )
            if held < assets:
                fact = f"{taker} has {held} smallest units of the asset, the order costs {assets}"
                raise StateError(fact, "Fund the account first")
            if allowed < assets:
                fact = f"Seaport may spend {allowed} smallest units of {taker}, the order costs {assets}"
                raise StateError(fact, "Approve it first")

    def _spender(self, key: bytes) -> str:
        if key == ZERO_WORD:
            return self.address
        _, _, conduits = self._chain.read(self.contract.information())
        spender, exists = self._chain.read(Contract(conduits, self._conduits).getConduit(key))
        if not exists:
            raise StateError(f"There is no conduit 0x{key.hex()}", "Make the order with another one")
        return checksum(spender)
