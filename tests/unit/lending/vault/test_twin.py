"""Random histories: the vault and its twin agree to the unit, refusals included, and what must hold holds."""

import contextlib
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from tests.helpers.core import BORROWER, GOVERNOR, GUARDIAN, KEEPER, STRANGER, SUPPLIER, TAKER, THIEF
from tests.helpers.evm import DEPLOYER, PyrevmDriver, Revert, Tx
from tests.helpers.protocol import deploy_asset
from tests.helpers.stateful import Machine, rule, suite
from tests.helpers.strategies import amounts, part_of, spans
from tests.unit.lending.vault.rig import LENDING, PAYER, build_rig
from vitrine.models.vault import RefusedError, VaultModel

SUPPLIERS = (SUPPLIER, STRANGER, THIEF)
FLAGGER, STARTER, SETTLER = KEEPER, STRANGER, TAKER
ANY_RATE = 2**256 - 1
YEAR = 365 * 86_400
whole = st.sampled_from(SUPPLIERS)


class VaultMachine(Machine):
    """Loans are kept here, as the desk would: debt shares, and what a marked one is marked with."""

    @initialize(factor=st.sampled_from([0, 1_000, 5_000]))
    def build(self, factor: int) -> None:
        driver = PyrevmDriver()
        self.rig = build_rig(driver, deploy_asset(driver, self.variant))
        self.twin = self.rig.model()
        self.loans: dict[int, int] = {}
        self.marked: dict[int, tuple[int, int]] = {}
        self.names = 0
        self.requests: list[int] = []
        self.covers = (0, 0)  # what it says, what it will pay
        for who in (*SUPPLIERS, PAYER):
            self.rig.fund(who, self.rig.units(10**9))
        self.rig.vault.setReserveFactor(factor, sender=GOVERNOR)
        self.rig.vault.setMinRequest(10**6, sender=GOVERNOR)
        self.look()
        self.twin.accrue()
        self.twin.reserve_factor_bps, self.twin.min_request = factor, 10**6
        for who in SUPPLIERS[:2]:
            self.deposit(who, 10**9, False)

    # -- both at once ----------------------------------------------------------------------------

    def look(self, fresh: bool = False) -> None:
        """The twin sees what the next transaction will see."""
        clock, paused, _ = self.rig.pauser.status(LENDING)
        self.twin.world = self.twin.world._replace(
            clock=clock, paused=paused, fresh_round=fresh, cover=self.covers[0]
        )

    def prices(self) -> tuple[int, int, int]:
        """(assets at the deposit price, at the redeem price, shares), all with the virtual ones."""
        vault = self.rig.vault
        return vault.supplyAssets() + 1, vault.totalAssets() + 1, vault.totalSupply() + 10**6

    def both(
        self,
        on_chain: Callable[[], Tx],
        in_twin: Callable[[VaultModel], Any],
        *,
        fresh: bool = False,
        falls: bool = False,
    ) -> Tx | None:
        """Make the move on the chain and in the twin: same result or same refusal. `falls`: the price may."""
        gross, net, supply = self.prices()
        block = self.rig.driver.same_block() if fresh else contextlib.nullcontext()
        with block:
            if fresh:
                self.rig.set_round(self.rig.driver.timestamp)
            self.look(fresh)
            refusal = expected = None
            try:
                expected = in_twin(self.twin)
            except RefusedError as error:
                refusal = error.name
            self._sent += 1
            try:
                tx = on_chain()
            except Revert as error:
                refused = error
            else:
                refused = None
        said = refused.name if refused else None
        assert said == refusal, f"chain: {refused or 'accepts'}, twin: {refusal or expected}"
        if refused:
            return None
        self._succeeded += 1
        self.last = expected
        losses = sum(e.bySuppliers for e in tx.named("LossRealised"))
        after_gross, after_net, after_supply = self.prices()
        if not losses:
            assert after_gross * supply >= gross * after_supply, "the deposit price fell without a loss"
            assert falls or after_net * supply >= net * after_supply, "the redeem price fell without a mark"
        return tx

    def group(
        self, calls: list[tuple[str, tuple[Any, ...]]], in_twin: Callable[[VaultModel], Any], **how: Any
    ) -> Tx | None:
        """Calls of the desk in one hold."""

        def twin_group(twin: VaultModel) -> Any:
            with twin.group():
                return in_twin(twin)

        return self.both(lambda: self.rig.held(*calls).tx, twin_group, **how)

    def outputs(self, tx: Tx, names: list[str]) -> list[Any]:
        functions = self.rig.vault.interface.functions
        return [functions[n][0].decode(o) for n, o in zip(names, tx.return_value[1:-1], strict=True)]

    # -- suppliers -------------------------------------------------------------------------------

    @rule(who=whole, assets=amounts(0, 10**12), fresh=st.booleans())
    def deposit(self, who, assets, fresh):
        tx = self.both(
            lambda: self.rig.vault.deposit(assets, who, sender=who),
            lambda t: t.deposit(who.address, assets),
            fresh=fresh,
        )
        assert tx is None or tx.return_value == self.last

    @rule(who=whole, shares=amounts(0, 10**18), fresh=st.booleans())
    def mint(self, who, shares, fresh):
        tx = self.both(
            lambda: self.rig.vault.mint(shares, who, sender=who),
            lambda t: t.mint(who.address, shares),
            fresh=fresh,
        )
        assert tx is None or tx.return_value == self.last

    @rule(who=whole, data=st.data(), over=st.sampled_from([0, 0, 0, 1]), fresh=st.booleans())
    def withdraw(self, who, data, over, fresh):
        assets = data.draw(part_of(self.rig.vault.maxWithdraw(who)), label="assets") + over
        tx = self.both(
            lambda: self.rig.vault.withdraw(assets, who, who, sender=who),
            lambda t: t.withdraw(who.address, assets),
            fresh=fresh,
        )
        assert tx is None or tx.return_value == self.last

    @rule(who=whole, data=st.data(), over=st.sampled_from([0, 0, 0, 10**7]), fresh=st.booleans())
    def redeem(self, who, data, over, fresh):
        shares = data.draw(part_of(self.rig.vault.maxRedeem(who)), label="shares") + over
        tx = self.both(
            lambda: self.rig.vault.redeem(shares, who, who, sender=who),
            lambda t: t.redeem(who.address, shares),
            fresh=fresh,
        )
        assert tx is None or tx.return_value == self.last

    @rule(who=whole, receiver=whole, data=st.data())
    def transfer(self, who, receiver, data):
        shares = data.draw(part_of(self.rig.vault.balanceOf(who)), label="shares")
        self.both(
            lambda: self.rig.vault.transfer(receiver, shares, sender=who),
            lambda t: t.transfer(who.address, receiver.address, shares),
        )

    @rule(who=whole, data=st.data(), over=st.sampled_from([0, 0, 0, 1]))
    def request(self, who, data, over):
        shares = data.draw(part_of(self.rig.vault.balanceOf(who)), label="shares") + over
        tx = self.both(
            lambda: self.rig.vault.requestRedeem(shares, who, sender=who),
            lambda t: t.request_redeem(who.address, shares),
        )
        if tx is not None:
            assert tx.return_value == self.last
            self.requests.append(self.last)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def cancel(self, data):
        request = data.draw(st.sampled_from(self.requests), label="request")
        owner = self.rig.vault.requestOf(request).owner
        who = owner if int(owner, 16) else STRANGER.address
        self.both(
            lambda: self.rig.vault.cancelRequest(request, sender=who),
            lambda t: t.cancel_request(who, request),
        )

    @precondition(lambda self: self.requests)
    @rule(most=st.integers(0, 4), fresh=st.booleans())
    def fill(self, most, fresh):
        tx = self.both(
            lambda: self.rig.vault.fillQueue(most, sender=KEEPER), lambda t: t.fill_queue(most), fresh=fresh
        )
        if tx is not None:
            assert tx.return_value == sum(f.assets for f in self.last)
            seen = [(e.id, e.owner, e.shares, e.assets) for e in tx.named("RedeemFilled")]
            assert seen == [tuple(f) for f in self.last if f.assets]

    @rule(who=st.sampled_from([*SUPPLIERS, KEEPER, BORROWER]))
    def claim(self, who):
        before = self.rig.balance(who)
        tx = self.both(lambda: self.rig.vault.claim(who, sender=who), lambda t: t.claim(who.address))
        assert tx is not None
        assert tx.return_value == self.last
        assert before <= self.rig.balance(who) <= before + self.last

    @rule(who=whole, assets=amounts(1, 10**12))
    def flash(self, who, assets):
        """In and out within a block: never a profit, and the path of the rate stays where it was."""
        vault = self.rig.vault
        self.both(lambda: vault.accrue(sender=who), lambda t: t.accrue())
        path = vault.ratePath()
        with self.rig.driver.same_block():
            self.both(lambda: vault.accrue(sender=who), lambda t: t.accrue())
            path = vault.ratePath()
            tx = self.both(
                lambda: vault.deposit(assets, who, sender=who), lambda t: t.deposit(who.address, assets)
            )
            if tx is not None:
                shares = self.last
                tx = self.both(
                    lambda: vault.redeem(shares, who, who, sender=who),
                    lambda t: t.redeem(who.address, shares),
                )
                assert tx is None or self.last <= assets
            assert vault.ratePath() == path

    # -- the desk --------------------------------------------------------------------------------

    @rule(data=st.data(), part=st.integers(1, 96), cheap=st.booleans())
    def borrow(self, data, part, cheap):
        cash, debt = self.twin.cash, self.twin.debt_assets
        assets = max(1, (cash + debt) * part // 100 - debt)
        rate = data.draw(st.integers(0, 2 * 10**10), label="max rate") if cheap else ANY_RATE
        tx = self.group(
            [("drawDown", (PAYER, assets, rate))], lambda t: t.draw_down(assets, min(rate, 2**255))
        )
        if tx is not None:
            assert self.outputs(tx, ["drawDown"]) == [self.last]
            self.names += 1
            self.loans[self.names] = self.last

    def remark(
        self, loan: int, left: int
    ) -> tuple[list[tuple[str, tuple[int, ...]]], Callable[[VaultModel], None]]:
        """What follows a change of a marked loan's shares."""
        old = self.marked.get(loan)
        if old is None:
            return [], lambda t: None
        new = (left, old[1] if left else 0)
        return [("remark", (*old, *new))], lambda t: t.remark(old, new)

    def shrink(self, loan: int, burned: int) -> None:
        left = self.loans[loan] - burned
        if loan in self.marked:
            self.marked[loan] = (left, self.marked[loan][1] if left else 0)
        if left == 0:
            del self.loans[loan]
            self.marked.pop(loan, None)
        else:
            self.loans[loan] = left

    def forecast(self, move: Callable[[VaultModel], Any]) -> Any:
        """What a move would give in the next transaction."""
        self.look()
        saved = self.twin._save()
        try:
            with self.twin.group():
                return move(self.twin)
        finally:
            vars(self.twin).update(saved)

    @precondition(lambda self: self.loans)
    @rule(data=st.data(), fine=st.sampled_from([0, 0, 80, 200]), tipped=st.booleans())
    def repay(self, data, fine, tipped):
        loan = data.draw(st.sampled_from(sorted(self.loans)), label="loan")
        shares = self.loans[loan]
        most = data.draw(amounts(0, 2 * self.rig.vault.debtOf(shares) + 10), label="most")
        flagger, starter = (FLAGGER.address, STARTER.address) if tipped else ("", "")

        def move(twin):
            return twin.collect_payment(most, shares, fine, flagger, starter)

        burned = self.forecast(move)[0]
        more, follow = self.remark(loan, shares - burned)
        payees = (flagger or "0x" + "00" * 20, starter or "0x" + "00" * 20)

        def with_marks(twin):
            result = move(twin)
            follow(twin)
            return result

        calls = [("collectPayment", (PAYER, most, shares, fine, *payees)), *more]
        tx = self.group(calls, with_marks)
        assert tx is not None
        assert tuple(self.outputs(tx, [name for name, _ in calls])[0]) == self.last
        self.shrink(loan, burned)

    @precondition(lambda self: self.loans)
    @rule(data=st.data(), tipped=st.booleans(), settled=st.booleans())
    def sell(self, data, tipped, settled):
        loan = data.draw(st.sampled_from(sorted(self.loans)), label="loan")
        shares = self.loans[loan]
        debt = self.rig.vault.debtOf(shares)
        proceeds = data.draw(amounts(0, 2 * debt + 10), label="proceeds")
        flagger, starter = (FLAGGER.address, STARTER.address) if tipped else ("", "")
        settler = SETTLER.address if settled else ""
        payees = tuple(payee or "0x" + "00" * 20 for payee in (flagger, starter, settler))
        self.rig.asset.mint(self.rig.vault, proceeds, sender=GOVERNOR)

        def move(twin):
            return twin.book_sale(BORROWER.address, shares, proceeds, flagger, starter, settler)

        burned, repaid, surplus = self.forecast(move)
        more, follow = self.remark(loan, shares - burned)
        calls = [("bookSale", (BORROWER, shares, proceeds, *payees)), *more]
        if surplus == 0:
            calls.append(("payTips", (repaid, *payees)))

        def with_marks(twin):
            result = move(twin)
            follow(twin)
            if surplus == 0:
                twin.pay_tips(repaid, flagger, starter, settler)
            return result

        tx = self.group(calls, with_marks)
        assert tx is not None
        assert tuple(self.outputs(tx, [name for name, _ in calls])[0]) == self.last
        self.shrink(loan, burned)

    @precondition(lambda self: self.loans)
    @rule(data=st.data())
    def mark(self, data):
        loan = data.draw(st.sampled_from(sorted(self.loans)), label="loan")
        debt = self.rig.vault.debtOf(self.loans[loan])
        old = self.marked.get(loan, (0, 0))
        new = (self.loans[loan], data.draw(amounts(0, debt + debt // 4), label="collateral"))
        if data.draw(st.integers(0, 3), label="clear") == 0:
            new = (0, 0)
        self.group([("remark", (*old, *new))], lambda t: t.remark(old, new), falls=True)
        self.marked[loan] = new
        if new == (0, 0):
            del self.marked[loan]

    @precondition(lambda self: self.loans)
    @rule(data=st.data(), part=st.sampled_from([1, 2, 3]))
    def lose(self, data, part):
        loan = data.draw(st.sampled_from(sorted(self.loans)), label="loan")
        shares = -(-self.loans[loan] // part)
        old = self.marked.get(loan, (0, 0))
        pays = self.twin.arrives(self.covers[1])
        calls = [("remark", (*old, 0, 0))] if loan in self.marked else []
        calls.append(("realiseLoss", (BORROWER, shares)))

        def move(twin):
            if loan in self.marked:
                twin.remark(old, (0, 0))
            return twin.realise_loss(shares, pays)

        tx = self.group(calls, move, falls=True)
        assert tx is not None
        assert tuple(self.outputs(tx, [name for name, _ in calls])[-1]) == self.last
        event = tx.one("LossRealised")
        assert event.byReserve + event.byCover + event.bySuppliers == event.loss
        if event.loss > event.byReserve:
            self.covers = (self.covers[0], 0)  # the double pays once
        self.marked.pop(loan, None)
        self.shrink(loan, shares)

    # -- the world -------------------------------------------------------------------------------

    @rule(seconds=spans())
    def wait(self, seconds):
        self.rig.driver.warp(seconds)
        self.both(lambda: self.rig.vault.accrue(sender=KEEPER), lambda t: t.accrue())

    @rule(years=st.sampled_from([1, 1, 3, 11]), chance=st.integers(0, 7))
    def forget(self, years, chance):
        """Years without a touch, now and then."""
        self.rig.driver.warp(years * YEAR if chance == 0 and self.twin.debt_assets < 10**30 else 1)
        self.both(lambda: self.rig.vault.accrue(sender=KEEPER), lambda t: t.accrue())

    @rule(assets=amounts(0, 10**10))
    def fund(self, assets):
        self.both(lambda: self.rig.vault.fundReserve(assets, sender=PAYER), lambda t: t.fund_reserve(assets))

    @rule(assets=amounts(1, 10**12))
    def donate(self, assets):
        self.both(lambda: self.rig.asset.mint(self.rig.vault, assets, sender=THIEF), lambda t: None)

    @rule(assets=amounts(0, 10**10))
    def insure(self, assets):
        self.rig.cover(assets)
        self.covers = (assets, assets)
        self.look()

    @rule(chance=st.integers(0, 3))
    def pause_or_resume(self, chance):
        _, paused, _ = self.rig.pauser.status(LENDING)
        if not paused and chance:
            return
        with contextlib.suppress(Revert):
            (self.rig.pauser.resume if paused else self.rig.pauser.pause)(LENDING, sender=GUARDIAN)

    @precondition(lambda self: self.variant == "usdt")
    @rule(bps=st.integers(0, 19), most=st.integers(0, 49))
    def fee(self, bps, most):
        self.rig.asset.setParams(bps, most, sender=DEPLOYER)
        self.twin.arrives = lambda x: x - min(x * bps // 10_000, most * 10**6)

    @rule(factor=st.sampled_from([0, 1, 1_000, 5_000]), tip=amounts(0, 10**9), cap=amounts(10**10, 10**20))
    def govern(self, factor, tip, cap):
        def twin_set(twin):
            twin.accrue()
            twin.reserve_factor_bps = factor

        self.both(lambda: self.rig.vault.setReserveFactor(factor, sender=GOVERNOR), twin_set)
        self.rig.vault.setMaxTip(tip, sender=GOVERNOR)
        self.rig.vault.setSupplyCap(cap, sender=GOVERNOR)
        self.twin.max_tip, self.twin.supply_cap = tip, cap // self.rig.one * self.rig.one

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def agree(self):
        if not hasattr(self, "twin"):
            return
        vault = self.rig.vault
        self.look()
        saved = self.twin._save()
        self.twin.accrue()
        twin = self.twin
        assert vault.cash() == twin.cash
        assert vault.reserve() == twin.reserve
        assert vault.debtTotals() == (twin.debt_assets, twin.debt_shares)
        assert vault.supplyAssets() == twin.supply_assets()
        assert vault.totalAssets() == twin.redeemable_assets()
        assert vault.floatingBadDebt() == twin.floating()
        assert vault.marks() == (twin.marked_shares, twin.marked_collateral)
        assert vault.utilisation() == twin.utilisation()
        assert vault.rates() == twin.rates()
        assert vault.totalSupply() == twin.supply
        assert vault.queuedShares() == twin.queued_shares == vault.balanceOf(vault)
        assert vault.queueBounds() == (twin.head, twin.tail)
        assert vault.totalCredits() == twin.total_credits
        assert vault.maxDeposit(PAYER) == twin.max_deposit()
        for who in SUPPLIERS:
            assert vault.balanceOf(who) == twin.balances.get(who.address, 0)
            assert vault.creditOf(who) == twin.credits.get(who.address, 0)
            assert (vault.maxWithdraw(who), vault.maxRedeem(who)) == twin.max_exit(who.address)
        vars(self.twin).update(saved)

    @invariant()
    def solvent(self):
        if not hasattr(self, "twin"):
            return
        vault, twin = self.rig.vault, self.twin
        assert self.rig.balance(vault) >= vault.cash() + vault.totalCredits()
        debt, shares = vault.debtTotals()
        assert vault.cash() + debt - vault.reserve() >= vault.totalAssets()
        assert vault.totalAssets() >= sum(vault.previewRedeem(vault.balanceOf(who)) for who in SUPPLIERS)
        assert shares == sum(self.loans.values())
        assert sum(twin.balances.values()) + twin.queued_shares == twin.supply
        assert sum(twin.credits.values()) == twin.total_credits
        assert sum(s for s, _ in self.marked.values()) == twin.marked_shares


test_vault_and_twin = suite(VaultMachine, ci_steps=12_000)
