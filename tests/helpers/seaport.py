"""Real Seaport on any driver, and people who sign orders there.

book = build_seaport(driver)
ask = book.listing(MAKER, nft, 7, asset, price)          # signed
venue.buy(nft, [7], price, TAKER, listings_data([ask]), sender=payer)
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tests.helpers.abi import Interface, address_of, learn
from tests.helpers.accounts import Account
from tests.helpers.artifacts import ROOT
from tests.helpers.evm import CHAIN_ID, DEPLOYER, GAS, Contract, Driver, Tx
from vitrine.registry import FOREIGN
from vitrine.sdk.seaport import build
from vitrine.sdk.seaport.build import Fee, Terms
from vitrine.sdk.seaport.criteria import Criteria
from vitrine.sdk.seaport.hashing import BulkTree, Domain, order_hash
from vitrine.sdk.seaport.orders import Order, SignedOrder

WEEK = 7 * 24 * 3600


@cache
def _artifact(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / FOREIGN[name]).read_text())
    return found


def packaged_abi(name: str) -> list[dict[str, Any]]:
    """The ABI of Seaport or of its registry of conduits."""
    return _artifact(name)["abi"]


@cache
def _packaged(name: str) -> tuple[Interface, bytes]:
    found = _artifact(name)
    learn([found["abi"]])
    return Interface(name, found["abi"]), bytes.fromhex(found["bytecode"].removeprefix("0x"))


def _create(driver: Driver, name: str, *args: Any) -> Contract:
    interface, code = _packaged(name)
    address, _ = driver.create(DEPLOYER.address, code + interface.constructor(args), 0, GAS)
    driver.interfaces[address] = interface
    return Contract(driver, address, interface)


@dataclass
class SeaportBook:
    """Seaport 1.6 with its registry of conduits."""

    driver: Driver
    conduits: Contract
    seaport: Contract
    salts: int = 0

    @property
    def domain(self) -> Domain:
        return Domain(CHAIN_ID, self.seaport.address)

    # -- orders ----------

    def terms(self, maker: Any, lasts: int = WEEK, **changes: Any) -> Terms:
        now = self.driver.timestamp
        self.salts += 1
        counter = self.seaport.getCounter(maker)
        return replace(Terms(now, now + lasts, counter, self.salts), **changes)

    def sign(self, order: Order, signer: Account | None = None) -> SignedOrder:
        """Signed by `signer`; without one the order waits to be validated."""
        signature = signer.sign(self.domain.digest(order_hash(order))) if signer else b""
        return SignedOrder(order, signature)

    def sign_many(self, orders: list[Order], signer: Account, height: int | None = None) -> list[SignedOrder]:
        tree = BulkTree([order_hash(order) for order in orders], height)
        signature = signer.sign(self.domain.digest(tree.struct_hash))
        return [SignedOrder(order, tree.signature(signature, i)) for i, order in enumerate(orders)]

    def listing(
        self, maker: Any, nft: Any, token_id: int, asset: Any, price: int, *, signer: Any = None,
        fees: Any = (), end_price: int | None = None, **terms: Any,
    ) -> SignedOrder:  # fmt: skip
        order = build.listing(
            address_of(maker), address_of(nft), token_id, address_of(asset), price,
            self.terms(maker, **terms), end_price=end_price, fees=fees,
        )  # fmt: skip
        return self.sign(order, signer or maker)

    def bid(
        self, maker: Any, nft: Any, asset: Any, price: int, *, token_id: int | None = None,
        ids: Criteria | None = None, quantity: int = 1, signer: Any = None, fees: Any = (),
        end_price: int | None = None, **terms: Any,
    ) -> SignedOrder:  # fmt: skip
        """On one token, on a trait, or, with neither, on the collection."""
        who, where, money = address_of(maker), address_of(nft), address_of(asset)
        when = self.terms(maker, **terms)
        if token_id is not None:
            order = build.bid(who, where, token_id, money, price, when, end_price=end_price, fees=fees)
        elif ids is not None:
            order = build.trait_bid(
                who, where, ids, money, price, when, quantity=quantity, end_price=end_price, fees=fees
            )
        else:
            order = build.collection_bid(
                who, where, money, price, when, quantity=quantity, end_price=end_price, fees=fees
            )
        return self.sign(order, signer or maker)

    # -- what makers do ----------

    def cancel(self, *orders: SignedOrder, sender: Any) -> Tx:
        return self.seaport.cancel([signed.order.components() for signed in orders], sender=sender)

    def validate(self, *orders: SignedOrder, sender: Any) -> Tx:
        plain = [(signed.order.parameters(), signed.signature) for signed in orders]
        return self.seaport.validate(plain, sender=sender)

    def conduit(self, owner: Account, number: int = 1) -> tuple[bytes, str]:
        """(key, address) of a new conduit that Seaport may use."""
        key = bytes.fromhex(owner.address[2:]) + number.to_bytes(12, "big")
        self.conduits.createConduit(key, owner, sender=owner)
        address, _ = self.conduits.getConduit(key)
        self.conduits.updateChannel(address, self.seaport, True, sender=owner)
        return key, address


def build_seaport(driver: Driver) -> SeaportBook:
    conduits = _create(driver, "LocalConduitController")
    seaport = _create(driver, "Seaport", conduits.address)
    return SeaportBook(driver, conduits, seaport)


__all__ = ["Criteria", "Fee", "SeaportBook", "build_seaport", "packaged_abi"]
