"""Who owns what, before and after: every test of money states both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.helpers.abi import address_of
from tests.helpers.evm import Contract

Key = tuple[str, str, str]  # what, token, holder


@dataclass(frozen=True)
class Ledger:
    """Balances at one moment."""

    entries: Mapping[Key, Any]
    names: Mapping[str, str]

    def __sub__(self, before: "Ledger") -> dict[Key, int]:
        return {
            k: v - before.entries[k]
            for k, v in self.entries.items()
            if isinstance(v, int) and v != before.entries[k]
        }


class Watch:
    """Watches holders of assets, NFTs and credits.

        watch = Watch([asset], nfts=[(punks, 7)], holders={"borrower": borrower, "vault": vault})
        before = watch.now()
        ...
        watch.assert_moved(before, {"borrower": -100, "vault": +100}, nfts={(punks, 7): vault})

    `assert_moved` is exact: whatever is not named must not have moved.
    """

    def __init__(
        self,
        assets: Iterable[Contract] = (),
        nfts: Iterable[tuple[Contract, int]] = (),
        credits: Iterable[Contract] = (),  # noqa: A002 (ledgers with creditOf)
        holders: Mapping[str, Any] | None = None,
    ) -> None:
        self.assets, self.nfts, self.credits = list(assets), list(nfts), list(credits)
        self.holders = {name: address_of(holder) for name, holder in (holders or {}).items()}

    def now(self) -> Ledger:
        entries: dict[Key, Any] = {}
        for asset in self.assets:
            for holder in self.holders.values():
                entries["asset", asset.address, holder] = asset.balanceOf(holder)
        for ledger in self.credits:
            for holder in self.holders.values():
                entries["credit", ledger.address, holder] = ledger.creditOf(holder)
        for collection, token_id in self.nfts:
            entries["nft", collection.address, str(token_id)] = collection.ownerOf(token_id)
        return Ledger(entries, {address: name for name, address in self.holders.items()})

    def moved(self, before: Ledger) -> dict[str, int]:
        """Change of the first asset per holder, zeros left out."""
        changes = self.now() - before
        token = self.assets[0].address
        return {
            name: changes["asset", token, holder]
            for name, holder in self.holders.items()
            if ("asset", token, holder) in changes
        }

    def assert_moved(
        self,
        before: Ledger,
        assets: Mapping[str, int] | None = None,
        nfts: Mapping[tuple[Contract, int], Any] | None = None,
        credits: Mapping[str, int] | None = None,  # noqa: A002
        asset: Contract | None = None,
    ) -> None:
        """The changes since `before` are these and no others."""
        expected = dict(before.entries)
        token = (asset or self.assets[0]).address if self.assets else ""
        for name, change in (assets or {}).items():
            expected["asset", token, self.holders[name]] += change
        for name, change in (credits or {}).items():
            expected["credit", self.credits[0].address, self.holders[name]] += change
        for (collection, token_id), owner in (nfts or {}).items():
            expected["nft", collection.address, str(token_id)] = address_of(owner)
        after = self.now()
        wrong = [
            f"{what} of {before.names.get(holder, holder)}: was {before.entries[what, token, holder]}, "
            f"is {after.entries[what, token, holder]}, expected {value}"
            for (what, token, holder), value in expected.items()
            if after.entries[what, token, holder] != value
        ]
        assert not wrong, "\n".join(wrong)


class unchanged:  # noqa: N801 (reads as a word in `with`)
    """`with unchanged(watch): …`: nothing watched may differ afterwards."""

    def __init__(self, *watches: Watch) -> None:
        self.watches = watches

    def __enter__(self) -> None:
        self._before = [watch.now() for watch in self.watches]

    def __exit__(self, *problem: object) -> None:
        if problem[0] is None:
            for watch, before in zip(self.watches, self._before, strict=True):
                watch.assert_moved(before)
