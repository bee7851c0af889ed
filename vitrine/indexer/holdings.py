"""The index as keepers want it: which accounts exist, and which NFTs they pledged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from vitrine.chain.codec import checksum
from vitrine.indexer import schema
from vitrine.indexer.store import Store

_PAGE: Final = 500


class IndexHoldings:
    """`Holdings` of `vitrine.keepers`. It may lag behind the chain by what the indexer does."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def accounts(self) -> Sequence[str]:
        """All accounts that ever pledged, in the order of appearance."""
        rows = schema.accounts.c
        with self.store.reading() as connection:
            found = connection.execute(select(rows.account).order_by(rows.since, rows.account))
            return [row.account for row in found]

    def refs(self, accounts: Sequence[str]) -> dict[str, Sequence[tuple[str, int]]]:
        """NFTs pledged by each of `accounts`, ascending."""
        held: dict[str, list[tuple[str, int]]] = defaultdict(list)
        wanted = sorted({checksum(account) for account in accounts})
        rows = schema.pledges.c
        with self.store.reading() as connection:
            for start in range(0, len(wanted), _PAGE):
                mine = rows.account.in_(wanted[start : start + _PAGE])
                for row in connection.execute(
                    select(rows.account, rows.collection, rows.token_id).where(mine)
                ):
                    held[row.account].append((row.collection, row.token_id))
        for refs in held.values():
            refs.sort(key=lambda ref: (int(ref[0], 16), ref[1]))
        return {account: held.get(checksum(account), []) for account in accounts}
