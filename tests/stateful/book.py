"""What events alone say of the lending core, compared with what the contracts store."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.helpers.abi import checksum
from tests.helpers.core import Core
from tests.helpers.evm import Event, Tx

ZERO = "0x" + "00" * 20
NFT = tuple[str, int]


@dataclass
class EventBook:
    """Replays the events of vault, desk and auction."""

    core: Core
    cash: int = 0
    reserve: int = 0
    debt_assets: int = 0
    debt_shares: int = 0
    marks: tuple[int, int] = (0, 0)
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    debts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    owners: dict[NFT, str] = field(default_factory=dict)
    units: dict[NFT, int] = field(default_factory=dict)
    live: set[NFT] = field(default_factory=set)
    marked: dict[str, tuple[int, int]] = field(default_factory=dict)
    queue: dict[int, tuple[str, int]] = field(default_factory=dict)

    def read(self, tx: Tx) -> None:
        known = {self.core.vault.address, self.core.desk.address, self.core.auction.address}
        for event in tx.events:
            handler = getattr(self, "on_" + event.name, None)
            if handler is not None and event.address in known:
                handler(event)

    # -- vault ----------

    def on_Transfer(self, e: Event) -> None:
        sender, receiver, value = e.args["from"], e.args["to"], e.args["value"]
        if sender != ZERO:
            self.shares[sender] -= value
        if receiver != ZERO:
            self.shares[receiver] += value

    def on_Accrued(self, e: Event) -> None:
        self.debt_assets += e.args["interest"]
        self.reserve += e.args["toReserve"]

    def on_Deposit(self, e: Event) -> None:
        self.cash += e.args["assets"]

    def on_Withdraw(self, e: Event) -> None:
        self.cash -= e.args["assets"]

    def on_Drawn(self, e: Event) -> None:
        self.cash -= e.args["assets"]
        self.debt_assets += e.args["assets"]
        self.debt_shares += e.args["shares"]

    def on_Collected(self, e: Event) -> None:
        self.cash += e.args["assets"] + e.args["fine"]
        self.reserve += e.args["fine"]
        self._repaid(e.args["assets"], e.args["shares"])

    def on_SaleBooked(self, e: Event) -> None:
        self.cash += e.args["proceeds"]
        self._repaid(e.args["repaid"], e.args["shares"])

    def _repaid(self, assets: int, shares: int) -> None:
        self.debt_assets -= assets
        self.debt_shares -= shares

    def on_Credited(self, e: Event) -> None:
        self.credits[e.args["payee"]] += e.args["assets"]
        self.cash -= e.args["assets"]
        if e.args["fromReserve"]:
            self.reserve -= e.args["assets"]

    def on_Claimed(self, e: Event) -> None:
        self.credits[e.args["account"]] -= e.args["assets"]

    def on_LossRealised(self, e: Event) -> None:
        a = e.args
        assert a["loss"] == a["byReserve"] + a["byCover"] + a["bySuppliers"]
        self._repaid(a["loss"], a["shares"])
        if a["account"] != ZERO:
            self.debts[a["account"]] -= a["shares"]
        self.reserve -= a["byReserve"]
        self.cash += a["byCover"]

    def on_ReserveFunded(self, e: Event) -> None:
        self.cash += e.args["assets"]
        self.reserve += e.args["assets"]

    def on_MarksChanged(self, e: Event) -> None:
        self.marks = (e.args["markedShares"], e.args["markedCollateral"])

    def on_RedeemRequested(self, e: Event) -> None:
        self.queue[e.args["id"]] = (e.args["owner"], e.args["shares"])

    def on_RedeemFilled(self, e: Event) -> None:
        if e.args["left"]:
            self.queue[e.args["id"]] = (e.args["owner"], e.args["left"])
        else:
            del self.queue[e.args["id"]]

    def on_RedeemCancelled(self, e: Event) -> None:
        del self.queue[e.args["id"]]

    # -- desk ----------

    def on_Pledged(self, e: Event) -> None:
        nft = _nft(e)
        assert nft not in self.owners
        self.owners[nft], self.units[nft] = e.args["account"], e.args["units"]

    def on_Withdrawn(self, e: Event) -> None:
        assert self.owners.pop(_nft(e)) == e.args["account"]

    def on_Borrowed(self, e: Event) -> None:
        self.debts[e.args["account"]] += e.args["shares"]

    def on_Repaid(self, e: Event) -> None:
        self.debts[e.args["account"]] -= e.args["shares"]

    def on_Restamped(self, e: Event) -> None:
        self.units[_nft(e)] = e.args["units"]

    def on_Sold(self, e: Event) -> None:
        self.debts[e.args["account"]] -= e.args["shares"]
        assert self.owners.pop(_nft(e)) == e.args["account"]

    def on_AccountMarked(self, e: Event) -> None:
        self.marked[e.args["account"]] = (e.args["shares"], e.args["collateral"])

    # -- auction ----------

    def on_AuctionStarted(self, e: Event) -> None:
        self.live.add(_nft(e))

    def on_AuctionCancelled(self, e: Event) -> None:
        self.live.remove(_nft(e))

    def on_AuctionTaken(self, e: Event) -> None:
        self.live.remove(_nft(e))

    # -- what follows from it ----------

    def nfts_of(self, account: str) -> list[NFT]:
        return sorted(
            (n for n, o in self.owners.items() if o == account), key=lambda n: (int(n[0], 16), n[1])
        )


def _nft(event: Event) -> NFT:
    return (checksum(bytes.fromhex(event.args["collection"][2:])), event.args["tokenId"])
