"""Signs orders with a key of ours, or lets the node sign for its own accounts; and tells who signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from vitrine.chain.client import Chain
from vitrine.chain.codec import checksum
from vitrine.errors import AmountError
from vitrine.sdk.seaport.hashing import (
    CONSIDERATION_FIELDS,
    EMPTY_ORDER,
    OFFER_FIELDS,
    ORDER_FIELDS,
    BulkTree,
    Domain,
    order_hash,
    signed_digest,
    split_signature,
)
from vitrine.sdk.seaport.orders import Order, SignedOrder, to_json
from vitrine.sdk.signing import sign_typed_data

_NODE_HEIGHT: Final = 6
"""A node is handed the whole tree: beyond 64 orders that is too much to send."""


def sign_order(chain: Chain, domain: Domain, order: Order) -> SignedOrder:
    """One order, signed by its offerer."""
    key = chain.signer(order.offerer)
    if key is not None:
        digest = domain.digest(order_hash(order))
        return SignedOrder(order, bytes(key.unsafe_sign_hash(digest).signature))
    message = _typed(domain, "OrderComponents", _message(order))
    return SignedOrder(order, sign_typed_data(chain, order.offerer, message))


def sign_orders(
    chain: Chain, domain: Domain, orders: Sequence[Order], height: int | None = None
) -> list[SignedOrder]:
    """Many orders of one offerer under one signature; each can be handed out, filled and cancelled alone."""
    if len({order.offerer for order in orders}) != 1:
        raise AmountError("One signature covers the orders of one maker", "Sign those of each maker apart")
    tree = BulkTree([order_hash(order) for order in orders], height)
    signature = _sign_tree(chain, domain, orders, tree)
    return [SignedOrder(order, tree.signature(signature, i)) for i, order in enumerate(orders)]


def _sign_tree(chain: Chain, domain: Domain, orders: Sequence[Order], tree: BulkTree) -> bytes:
    offerer = orders[0].offerer
    key = chain.signer(offerer)
    if key is not None:
        return bytes(key.unsafe_sign_hash(domain.digest(tree.struct_hash)).signature)
    if tree.height > _NODE_HEIGHT:
        fact = (
            f"The node signs at most {1 << _NODE_HEIGHT} orders at once, not a tree of height {tree.height}"
        )
        raise AmountError(fact, "Sign fewer at once, or set VITRINE_PRIVATE_KEY to the key of the maker")
    padding = [EMPTY_ORDER] * ((1 << tree.height) - len(orders))
    nodes: list[Any] = [_message(order) for order in (*orders, *padding)]
    while len(nodes) > 2:
        nodes = [nodes[i : i + 2] for i in range(0, len(nodes), 2)]
    message = _typed(domain, "BulkOrder", {"tree": nodes})
    message["types"]["BulkOrder"] = [{"name": "tree", "type": "OrderComponents" + "[2]" * tree.height}]
    return sign_typed_data(chain, offerer, message)


def _message(order: Order) -> dict[str, Any]:
    """Numbers as text: JSON loses digits beyond 2^53."""
    found: dict[str, Any] = to_json(SignedOrder(order, b""))["parameters"]
    del found["totalOriginalConsiderationItems"]
    return found | {"salt": str(order.salt), "counter": str(order.counter)}


def _typed(domain: Domain, primary: str, message: dict[str, Any]) -> dict[str, Any]:
    domain_kinds = ("string", "string", "uint256", "address")
    names = ("name", "version", "chainId", "verifyingContract")
    types = {
        "EIP712Domain": tuple(zip(names, domain_kinds, strict=True)),
        "OfferItem": OFFER_FIELDS,
        "ConsiderationItem": CONSIDERATION_FIELDS,
        "OrderComponents": ORDER_FIELDS,
    }
    written = {k: [{"name": n, "type": t} for n, t in fields] for k, fields in types.items()}
    return {"types": written, "primaryType": primary, "domain": domain.message(), "message": message}


def recover(signed: SignedOrder, domain: Domain) -> str | None:
    """Whose key made the signature, None when it is nobody's."""
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    plain, _, _ = split_signature(signed.signature)
    if len(plain) == 64:  # compact: the parity is the highest bit of s
        parity, plain = plain[32] >> 7, plain[:32] + bytes([plain[32] & 0x7F]) + plain[33:]
    elif len(plain) == 65 and plain[64] in (27, 28):
        parity, plain = plain[64] - 27, plain[:64]
    else:
        return None
    try:
        key = Signature(plain + bytes([parity])).recover_public_key_from_msg_hash(
            signed_digest(signed.order, signed.signature, domain)
        )
    except (BadSignature, ValidationError):
        return None
    return checksum(key.to_checksum_address())
