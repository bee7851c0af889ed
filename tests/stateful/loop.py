"""One machine for the closed loop: supply, pledge, borrow, watch, liquidate, lose, recover."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.conftest import deploy_asset
from tests.helpers import strategies as own
from tests.helpers.accounts import Account
from tests.helpers.core import (
    BPS,
    FLOOR,
    GOVERNOR,
    GUARDIAN,
    HOUR,
    MAIN_TIER,
    MAX_RATE,
    THIN_TIER,
    build_core,
)
from tests.helpers.evm import DEPLOYER, PyrevmDriver, Revert, Tx
from tests.helpers.stateful import Machine, check, rule
from tests.stateful.book import EventBook
from vitrine.models import desk as twin
from vitrine.models.auction import AuctionTerms, price_at
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.tiers import Place, Refusal, Tier, liquidation_refusal, measure
from vitrine.models.wad import debt_to_assets_up

SUPPLIERS = [Account(f"supplier {i}") for i in range(3)]
BORROWERS = [Account(f"borrower {i}") for i in range(4)]
TAKER, KEEPER = Account("taker"), Account("keeper")
EVERYONE = [*SUPPLIERS, *BORROWERS, TAKER, KEEPER]
PAUSE_GROUP = b"lending".ljust(32, b"\0")
LIMITS = ("DebtAboveLimit", "PriceNotFresh", "UnderNotice", "GroupPaused", "DebtTooSmall")
CASH = ("NotEnoughCash", "UtilisationAboveMax", "QueueNotEmpty")
TIPS = ("start tip", "warn tip", "settle tip")


class LoopMachine(Machine):
    @initialize()
    def build(self) -> None:
        self.driver = PyrevmDriver()
        self.asset = deploy_asset(self.driver, self.variant)
        self.core = c = build_core(self.driver, self.asset.decimals(), self.asset)
        self.book = EventBook(c)
        self.vault, self.desk, self.auction = c.vault, c.desk, c.auction
        self.prices = {c.nft.address: FLOOR * c.one, c.thin.address: FLOOR * c.one // 4}
        self.states = dict.fromkeys(self.prices, OracleState.FRESH)
        self.tiers = [Tier(*MAIN_TIER.values()), Tier(*THIN_TIER.values())]
        self.collections = {c.nft.address: c.nft, c.thin.address: c.thin}
        self.free: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for borrower in BORROWERS:
            self.free[borrower.address] += c.mint(borrower, 3) + c.mint(borrower, 2, c.thin)
        for who in EVERYONE:
            purse = 10**9 if who is TAKER else 10**6  # the taker never runs dry: exits are tried in his name
            self.asset.mint(who, purse * c.one, sender=DEPLOYER)
            for spender in (c.vault, c.auction):
                c.approve(who, spender)
        self.share_price = self.redeem_price()
        self.do(SUPPLIERS[0], lambda: self.vault.deposit(300_000 * c.one, SUPPLIERS[0], sender=SUPPLIERS[0]))
        for borrower in BORROWERS[:3]:
            nfts = self.free[borrower.address][1:4]  # two of the main collection, one of the thin
            assets = 55_000 * c.one
            self.do(
                borrower, lambda n=nfts, a=assets, b=borrower: self.desk.open(n, a, MAX_RATE, b, sender=b)
            )

    # -- acting ----------

    def do(self, sender: Account, call: Callable[[], Tx], *allowed: str) -> Tx | None:
        """Sends one transaction; in its block the sender may not get richer than its events grant."""
        with self.driver.same_block():
            before = self.wealth(sender)
            tx = self.attempt(call, *allowed)
            if tx is None:
                return None
            self.book.read(tx)
            self.track(tx)
            gain = self.wealth(sender) - before
            granted = self.grants(tx, sender)
            check(
                "LOOP-12",
                gain <= granted + 2,
                lambda: f"{sender} gained {gain}, granted {granted}: {tx.events}",
            )
            self.follow_share_price(tx)
        return tx

    def wealth(self, who: Account) -> int:
        """Assets, credit, shares at the redeem price, NFTs at mid (pledged ones too), less debt."""
        account = who.address
        total = self.asset.balanceOf(who) + self.vault.creditOf(who)
        queued = sum(shares for owner, shares in self.book.queue.values() if owner == account)
        total += self.vault.convertToAssets(self.vault.balanceOf(who) + queued)
        total += sum(self.prices[c] for c, _ in self.free[account])
        mine = [n for n, o in self.book.owners.items() if o == account]
        total += sum(self.prices[n[0]] * self.book.units[n] // 100 for n in mine)
        return total - (self.vault.debtOf(self.book.debts[account]) if self.book.debts[account] else 0)

    def grants(self, tx: Tx, sender: Account) -> int:
        """What the events of `tx` give its sender: tips, the discount of a sale, debt recognised as lost."""
        granted = 0
        for e in tx.events:
            if e.name == "Credited" and e.payee == sender.address and e.kind.rstrip(b"\0").decode() in TIPS:
                granted += e.assets
            elif e.name == "AuctionTaken":
                granted += max(0, e.worth - e.price)
            elif e.name == "LossRealised" and e.account == sender.address:
                granted += e.loss
        return granted

    def track(self, tx: Tx) -> None:
        """Keeps `free`, the NFTs in the hands of actors, from the desk's events."""
        for e in tx.events:
            if e.address != self.desk.address and e.name != "AuctionTaken":
                continue
            if e.name == "Pledged":
                self.free[e.payer].remove((e.collection, e.tokenId))
            elif e.name == "Withdrawn" or e.name == "AuctionTaken":
                self.free[e.receiver].append((e.collection, e.tokenId))

    def redeem_price(self) -> tuple[int, int]:
        return self.vault.totalAssets() + 1, self.vault.totalSupply() + 10**6

    def follow_share_price(self, tx: Tx) -> None:
        assets, shares = self.redeem_price()
        old_assets, old_shares = self.share_price
        fell = assets * old_shares < old_assets * shares
        reason = any(e.name in ("LossRealised", "MarksChanged") for e in tx.events)
        check("LOOP-11", not fell or reason, lambda: f"{self.share_price} to {(assets, shares)}: {tx.events}")
        self.share_price = assets, shares

    # -- what the model says ----------

    def quote(self, collection: str) -> Quote:
        return Quote(*self.core.oracle.quote(collection))

    def places(self) -> list[Place]:
        return [Place(a, t, self.quote(a)) for a, t in zip(self.collections, self.tiers, strict=True)]

    def health(self, who: Account) -> Any:
        return measure(self.account(who).units, self.places())

    def account(self, who: Account) -> twin.Account:
        return twin.Account(*self.desk.accountOf(who))

    def indebted(self) -> list[Account]:
        return [b for b in BORROWERS if self.book.debts[b.address]]

    def auctioned(self) -> list[tuple[str, int]]:
        return sorted(self.book.live)

    def due(self, who: Account, debt: int) -> Refusal | None:
        """Why no liquidation of `who` may start now; None: it may."""
        clock, _, resumed = self.core.pauser.status(PAUSE_GROUP)
        opened = self.desk.noticeOf(who).openedAt
        age = clock - opened if twin.notice_lives(self.account(who), opened, clock) else 0
        return liquidation_refusal(self.health(who), debt, age, resumed, self.driver.timestamp)

    def likely(self, data: Any, wanted: Callable[[Account, int], bool]) -> Account:
        """An indebted borrower, mostly one that fits."""
        fitting = [b for b in self.indebted() if wanted(b, self.desk.healthOf(b)[0])]
        anyone = not fitting or data.draw(st.integers(0, 4), label="anyone") == 0
        return self.some(data, self.indebted() if anyone else fitting, "borrower")

    def some(self, data: Any, items: list[Any], label: str) -> Any:
        return data.draw(st.sampled_from(items), label=label)

    # -- suppliers ----------

    @rule(data=st.data())
    def deposit(self, data: Any) -> None:
        who = self.some(data, SUPPLIERS, "supplier")
        most = min(self.asset.balanceOf(who), 200_000 * self.core.one)
        if not most:
            return
        assets = data.draw(own.part_of(most), label="assets")
        allowed = ("GroupPaused", "RoundInThisBlock", "NothingForIt")
        self.do(who, lambda: self.vault.deposit(assets, who, sender=who), *allowed)

    @rule(data=st.data())
    def redeem_shares(self, data: Any) -> None:
        who = self.some(data, SUPPLIERS, "supplier")
        most = self.vault.maxRedeem(who)
        if not most:
            return
        shares = data.draw(own.part_of(most), label="shares")
        self.do(
            who, lambda: self.vault.redeem(shares, who, who, sender=who), "RoundInThisBlock", "NothingForIt"
        )

    @rule(data=st.data(), seldom=st.integers(0, 3))
    def request_redeem(self, data: Any, seldom: int) -> None:
        if seldom:
            return
        who = self.some(data, SUPPLIERS, "supplier")
        held = self.vault.balanceOf(who)
        if not held:
            return
        shares = data.draw(st.sampled_from([held, held // 2, held // 7]), label="shares")
        self.do(who, lambda: self.vault.requestRedeem(shares, who, sender=who), "RequestTooSmall")

    @precondition(lambda self: self.book.queue)
    @rule(data=st.data())
    def cancel_request(self, data: Any) -> None:
        number = self.some(data, sorted(self.book.queue), "id")
        who = next(s for s in SUPPLIERS if s.address == self.book.queue[number][0])
        self.do(who, lambda: self.vault.cancelRequest(number, sender=who))

    @precondition(lambda self: self.book.queue)
    @rule(count=st.integers(1, 4))
    def fill_queue(self, count: int) -> None:
        self.do(KEEPER, lambda: self.vault.fillQueue(count, sender=KEEPER), "RoundInThisBlock")

    @rule(data=st.data())
    def claim(self, data: Any) -> None:
        owed = [a for a in EVERYONE if self.book.credits[a.address]]
        if owed:
            who = self.some(data, owed, "payee")
            self.do(who, lambda: self.vault.claim(who, sender=who))

    @rule(assets=st.integers(1, 10**9), seldom=st.integers(0, 4))
    def donate(self, assets: int, seldom: int) -> None:
        if seldom:
            return
        tx = self.attempt(lambda: self.asset.transfer(self.vault, assets, sender=TAKER))
        assert tx is not None

    # -- borrowers ----------

    @rule(data=st.data())
    def open_loan(self, data: Any) -> None:
        who = self.some(data, BORROWERS, "borrower")
        nfts = self.free[who.address]
        if not nfts:
            return
        chosen = data.draw(st.lists(st.sampled_from(nfts), min_size=1, max_size=3, unique=True), label="nfts")
        value = sum(self.prices[c] for c, _ in chosen)
        share = data.draw(own.fractions(1_000, 5_200), label="loan to value")
        assets = max(1, min(value * share // BPS, self.book.cash))
        call = lambda: self.desk.open(chosen, assets, MAX_RATE, who, sender=who)  # noqa: E731
        self.do(who, call, *LIMITS, *CASH, "PriceStale")

    @rule(data=st.data())
    def pledge_more(self, data: Any) -> None:
        who = self.some(data, BORROWERS, "borrower")
        if self.free[who.address]:
            nft = self.some(data, self.free[who.address], "nft")
            self.do(who, lambda: self.desk.pledge([nft], who, sender=who), "PriceStale")

    @precondition(lambda self: self.indebted())
    @rule(data=st.data())
    def borrow_more(self, data: Any) -> None:
        who = self.some(data, self.indebted(), "borrower")
        debt, health = self.desk.healthOf(who)
        assets = data.draw(own.part_of(max(1, health.borrowLimit - debt)), label="assets")
        self.do(who, lambda: self.desk.borrow(assets, MAX_RATE, who, who, sender=who), *LIMITS, *CASH)

    @precondition(lambda self: self.indebted())
    @rule(data=st.data(), everything=st.booleans())
    def repay(self, data: Any, everything: bool) -> None:
        who = self.some(data, self.indebted(), "borrower")
        debt = self.desk.healthOf(who)[0]
        assets = 2 * debt if everything else data.draw(own.part_of(debt), label="assets")
        self.do(who, lambda: self.desk.repay(assets, who, sender=who))

    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        who = self.some(data, BORROWERS, "borrower")
        mine = [n for n in self.book.nfts_of(who.address) if n not in self.book.live]
        if mine:
            nft = self.some(data, mine, "nft")
            self.do(who, lambda: self.desk.withdraw([nft], who, who, sender=who), *LIMITS)

    @rule(data=st.data(), units=st.sampled_from([100, 101, 160, 300]))
    def restamp(self, data: Any, units: int) -> None:
        mine = [n for n in self.book.owners if n not in self.book.live]
        if not mine:
            return
        nft = self.some(data, mine, "nft")
        self.core.oracle.setUnits(*nft, units, 0, sender=GOVERNOR)
        who = next(b for b in BORROWERS if b.address == self.book.owners[nft])
        # more units make the owner richer by appraisal, not at the cost of anyone: no check of wealth here
        tx = self.attempt(lambda: self.desk.restamp([nft], sender=who))
        assert tx is not None
        self.book.read(tx)
        self.share_price = self.redeem_price()

    # -- watch and liquidate ----------

    @precondition(lambda self: self.indebted())
    @rule(data=st.data())
    def flag(self, data: Any) -> None:
        who = self.likely(data, lambda b, debt: debt >= twin.warn_line(self.health(b)))
        refusals = ("NotWarnable", "NoticeLives", "GroupPaused", "PriceStale")
        self.do(KEEPER, lambda: self.desk.flag(who, sender=KEEPER), *refusals)

    @precondition(lambda self: self.indebted())
    @rule(data=st.data())
    def clear(self, data: Any) -> None:
        who = self.some(data, self.indebted(), "borrower")
        self.do(KEEPER, lambda: self.desk.clear(who, sender=KEEPER), "NoticeInForce")

    @precondition(lambda self: self.indebted())
    @rule(data=st.data())
    def liquidate(self, data: Any) -> None:
        who = self.likely(data, lambda b, debt: self.due(b, debt) is None)
        nfts = self.book.nfts_of(who.address)
        paused = self.core.pauser.status(PAUSE_GROUP)[1]
        refusal = self.due(who, self.desk.healthOf(who)[0])
        names = ["GroupPaused"] if paused else [refusal.value] if refusal else ["NothingToSell"]
        tx = self.do(KEEPER, lambda: self.desk.liquidate(who, nfts, sender=KEEPER), *names)
        check("LOOP-9", tx is None or (refusal is None and not paused), refusal)

    @precondition(lambda self: self.book.live)
    @rule(data=st.data())
    def take(self, data: Any) -> None:
        nft = self.some(data, self.auctioned(), "nft")
        owner = next(b for b in BORROWERS if b.address == self.book.owners[nft])
        clock, paused, _ = self.core.pauser.status(PAUSE_GROUP)
        terms = AuctionTerms(*self.auction.termsOf(*nft))
        expected = price_at(terms, self.quote(nft[0]), clock, self.driver.timestamp).price
        health, debt = self.health(owner), self.desk.healthOf(owner)[0]
        over = twin.may_reclaim(health, debt)
        names = ["GroupPaused"] if paused else ["AuctionOver"] if over else []
        call = lambda: self.auction.take(*nft, 2**255, TAKER, b"", sender=TAKER)  # noqa: E731
        tx = self.do(TAKER, call, *names)
        if tx is not None:
            price = self.auction.event("AuctionTaken", tx).price
            check(
                "LOOP-10", not over and price == expected, lambda: f"{price}, model {expected}, over {over}"
            )

    @precondition(lambda self: self.book.live)
    @rule(data=st.data())
    def reclaim(self, data: Any) -> None:
        nft = self.some(data, self.auctioned(), "nft")
        owner = next(b for b in BORROWERS if b.address == self.book.owners[nft])
        self.do(KEEPER, lambda: self.desk.reclaim(owner, [nft], sender=KEEPER), "NotRecovered")

    @precondition(lambda self: self.book.live)
    @rule(data=st.data())
    def redeem_loan(self, data: Any) -> None:
        nft = self.some(data, self.auctioned(), "nft")
        owner = next(b for b in BORROWERS if b.address == self.book.owners[nft])
        allowed = ("RedeemTooDear", "NotRecovered")
        most = self.asset.balanceOf(owner)
        self.do(owner, lambda: self.desk.redeem(owner, most, [nft], sender=owner), *allowed)

    @precondition(lambda self: self.indebted())
    @rule()
    def mark(self) -> None:
        self.do(KEEPER, lambda: self.desk.mark(self.indebted(), sender=KEEPER))

    @precondition(lambda self: self.book.live)
    @rule(data=st.data())
    def mark_distressed(self, data: Any) -> None:
        if data.draw(st.integers(0, 2), label="at once"):
            self.driver.warp(8 * HOUR)
            self.share_price = self.redeem_price()
        nft = self.some(data, self.auctioned(), "nft")
        owner = self.book.owners[nft]
        self.do(KEEPER, lambda: self.desk.markDistressed(owner, nft, sender=KEEPER), "NotDistressed")

    # -- the world ----------

    @rule(data=st.data(), bps=own.price_moves())
    def move_price(self, data: Any, bps: int) -> None:
        collection = self.some(data, sorted(self.collections), "collection")
        new = max(self.core.one, min(self.prices[collection] * bps // BPS, 2 * FLOOR * self.core.one))
        tx = self.attempt(lambda: self.core.oracle.setPrice(collection, new, sender=GOVERNOR))
        assert tx is not None
        self.prices[collection], self.states[collection] = new, OracleState.FRESH

    @precondition(lambda self: self.indebted())
    @rule(
        data=st.data(),
        ratio=st.one_of(st.sampled_from([6_800, 7_500, 7_600, 8_100]), st.integers(6_000, 13_000)),
    )
    def press(self, data: Any, ratio: int) -> None:
        """Moves prices so that one account owes `ratio` of its value."""
        who = self.some(data, self.indebted(), "borrower")
        debt, value = self.desk.healthOf(who)[0], self.health(who).value
        for collection in self.collections:
            new = max(
                self.core.one,
                min(self.prices[collection] * debt * BPS // (value * ratio), 10**8 * self.core.one),
            )
            self.attempt(lambda c=collection, n=new: self.core.oracle.setPrice(c, n, sender=GOVERNOR))
            self.prices[collection], self.states[collection] = new, OracleState.FRESH
        self.driver.warp(1)

    @rule(
        data=st.data(),
        state=st.sampled_from([OracleState.FRESH] * 4 + [OracleState.DEGRADED, OracleState.STALE]),
    )
    def move_state(self, data: Any, state: OracleState) -> None:
        collection = self.some(data, sorted(self.collections), "collection")
        self.attempt(lambda: self.core.oracle.setState(collection, int(state), sender=GOVERNOR))
        self.states[collection] = state

    @rule(seconds=own.spans())
    def wait(self, seconds: int) -> None:
        self.driver.warp(seconds)
        before = self.vault.floatingBadDebt()
        tx = self.attempt(lambda: self.vault.accrue(sender=KEEPER))
        assert tx is not None and before >= 0
        self.book.read(tx)
        with self.driver.same_block():
            self.follow_share_price(tx)

    @rule(seldom=st.integers(0, 5))
    def pause_or_resume(self, seldom: int) -> None:
        paused = self.core.pauser.status(PAUSE_GROUP)[1]
        if seldom and not paused:
            return
        entry = self.core.pauser.resume if paused else self.core.pauser.pause
        self.attempt(lambda: entry(PAUSE_GROUP, sender=GUARDIAN), "PauseCoolingDown")

    @precondition(lambda self: self.variant == "usdt")
    @rule(bps=st.sampled_from([0, 1, 19]), seldom=st.integers(0, 4))
    def switch_fee(self, bps: int, seldom: int) -> None:
        if seldom:
            return
        self.attempt(lambda: self.asset.setParams(bps, 49, sender=DEPLOYER))

    # -- looking ----------

    @invariant()
    def money_is_there(self) -> None:
        held, cash = self.asset.balanceOf(self.vault), self.vault.cash()
        owed = self.vault.totalCredits()
        check("LOOP-1", held >= cash + owed, lambda: f"{held} < {cash} + {owed}")
        debt, reserve = self.vault.debtTotals()[0], self.vault.reserve()
        claims = self.vault.convertToAssets(self.vault.totalSupply())
        check("LOOP-2", cash + debt >= claims + reserve, lambda: f"{cash} + {debt} < {claims} + {reserve}")

    @invariant()
    def sums_add_up(self) -> None:
        accounts = {b.address: self.account(b) for b in BORROWERS}
        total = self.vault.debtTotals()[1]
        check("LOOP-4", sum(a.debt_shares for a in accounts.values()) == total, accounts)
        behind = 0
        for place, collection in enumerate(self.collections):
            units = sum(a.units >> 16 * place & 0xFFFF for a in accounts.values() if a.debt_shares)
            live = sum(1 for n in self.book.live if n[0] == collection)
            behind |= (units << 8 | live) << 32 * place
        check("LOOP-5", self.desk.behindDebt() == behind, lambda: hex(behind))
        marked = [self.desk.markOf(b) for b in BORROWERS]
        shares, collateral = sum(m.shares for m in marked), sum(m.collateral for m in marked)
        debt_assets, debt_shares = self.vault.debtTotals()
        floating = max(0, debt_to_assets_up(shares, debt_assets, debt_shares) - collateral)
        check("LOOP-6", self.vault.floatingBadDebt() == floating, floating)
        for borrower in BORROWERS:
            mine = self.book.nfts_of(borrower.address)
            a = accounts[borrower.address]
            units = sum(self.book.units[n] << 16 * list(self.collections).index(n[0]) for n in mine)
            live = sum(n in self.book.live for n in mine)
            counted = (a.nft_count, a.live_count, a.units) == (len(mine), live, units)
            check("LOOP-3", counted, lambda a=a, mine=mine: f"{a} {mine}")

    @invariant()
    def events_rebuild_state(self) -> None:
        book, account = self.book, self.account
        stored = (self.vault.cash(), self.vault.marks())
        check("LOOP-7", stored == (book.cash, book.marks), lambda: f"{stored} {book}")
        for borrower in BORROWERS:
            check("LOOP-7", account(borrower).debt_shares == book.debts[borrower.address], borrower)
        for who in (*SUPPLIERS, TAKER, KEEPER):
            pair = self.vault.balanceOf(who), self.vault.creditOf(who)
            check("LOOP-7", pair == (book.shares[who.address], book.credits[who.address]), who)
        check("LOOP-7", self.vault.balanceOf(self.vault) == sum(s for _, s in book.queue.values()))

    @invariant()
    def exits_are_open(self) -> None:
        """Whatever the price says and whoever paused: money and free collateral come out."""
        borrower = next(iter(self.indebted()), None)
        try:
            if borrower is not None:
                self.desk.repay.call(1 + self.core.one, borrower, sender=TAKER)
            clear = [
                n for n, o in self.book.owners.items() if not self.book.debts[o] and n not in self.book.live
            ]
            if clear:
                self.desk.withdraw.call(
                    clear[:1], self.book.owners[clear[0]], TAKER, sender=self.book.owners[clear[0]]
                )
            most = self.vault.maxRedeem(SUPPLIERS[0])
            if most and self.vault.previewRedeem(most):
                self.vault.redeem.call(most, TAKER, SUPPLIERS[0], sender=SUPPLIERS[0])
            self.vault.claim.call(TAKER, sender=TAKER)
        except Revert as error:
            check("LOOP-8", False, error)
        check("LOOP-8", True)

    def teardown(self) -> None:
        if not hasattr(self, "book"):
            return
        for (collection, token), owner in self.book.owners.items():
            nft = self.collections[collection]
            pledge = self.desk.pledgeOf(collection, token)
            check("LOOP-3", nft.ownerOf(token) == self.desk.address and pledge.owner == owner, (token, owner))
        held = sum(nft.balanceOf(self.desk) for nft in self.collections.values())
        counted = sum(self.desk.heldAt(place) for place in range(len(self.collections)))
        check("LOOP-3", held == counted == len(self.book.owners), (held, counted))
