"""Typed data signed by whoever holds the key: ours, or the node for its own accounts."""

from __future__ import annotations

import json
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.rpc import RpcError
from vitrine.errors import ChainError
from vitrine.models.reports import ReportItem as Item
from vitrine.models.reports import SignedReport, item_words, report_typed_data


def sign_typed_data(chain: Chain, signer: str, message: dict[str, Any]) -> bytes:
    """EIP-712 signature of `signer` over a full message."""
    own = chain.signer(signer)
    if own is not None:
        from eth_account import Account

        return bytes(Account.sign_typed_data(own.key, full_message=message).signature)
    try:
        return bytes.fromhex(
            chain.rpc.call("eth_signTypedData_v4", signer, json.loads(json.dumps(message)))[2:]
        )
    except RpcError:
        raise ChainError(f"The node cannot sign for {signer}", "Set VITRINE_PRIVATE_KEY to its key") from None


def sign_report(chain: Chain, feed: str, reporter: str, slot_at: int, items: list[Item]) -> SignedReport:
    """One reporter's report for a slot time."""
    words = item_words(items)
    message = report_typed_data(chain.chain_id, feed, slot_at, words)
    # JSON numbers beyond 2^53 lose digits on the way through a node: words go as text.
    message["message"]["items"] = [str(word) for word in words]
    if chain.signer(reporter) is not None:
        message["message"]["items"] = words
    return SignedReport(reporter, tuple(words), sign_typed_data(chain, reporter, message))
