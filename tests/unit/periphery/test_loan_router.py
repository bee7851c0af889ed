"""LoanRouter: what the vault helps to buy is pledged at once; what is pledged is sold for its debt first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.helpers.abi import decode_error
from tests.helpers.accounts import Account
from tests.helpers.balances import Watch, unchanged
from tests.helpers.core import (
    BORROWER,
    GOVERNOR,
    GUARDIAN,
    KEEPER,
    MAX_RATE,
    STRANGER,
    THIEF,
    Core,
    build_core,
)
from tests.helpers.evm import DEPLOYER, Contract, Driver, Revert, Tx, reverts
from tests.unit.periphery.router_rig import KEEPS, LIES, MAKER, OVERDRAWS, behave

ZERO = "0x" + "00" * 20
HELPER = Account("operator")


@dataclass
class Shop:
    """The lending core, routers, and a maker with a large purse; the floor is 60,000."""

    core: Core
    till: Contract
    router: Contract
    loans: Contract
    venue: Contract

    def u(self, whole: float) -> int:
        return self.core.units(whole)

    def stock(self, count: int = 1) -> list[int]:
        """NFTs of the maker."""
        refs = self.core.mint(MAKER, count)
        self.core.nft.setApprovalForAll(self.venue, True, sender=MAKER)
        return [token for _, token in refs]

    def price(self, whole: float) -> None:
        self.venue.setPrice(self.u(whole), sender=MAKER)

    def fill(self, *ids: int, limit: float, mode: int = 0) -> Any:
        return (self.venue, self.core.nft, list(ids), self.u(limit), behave(mode))

    def buy(self, fill: Any, borrow: float, seen: float = 60_000, move: int = 100, who: Any = BORROWER) -> Tx:
        return self.loans.buyWithLoan(
            fill, self.u(borrow), MAX_RATE, self.u(seen), move, self.core.driver.timestamp, sender=who
        )

    def sell(self, fill: Any, who: Any = BORROWER, account: Any = BORROWER) -> Tx:
        return self.loans.sellAndRepay(account, fill, self.core.driver.timestamp, sender=who)

    def watch(self, *tokens: int) -> Watch:
        holders = {
            "borrower": BORROWER, "maker": MAKER, "vault": self.core.vault, "helper": HELPER,
            "loans": self.loans, "router": self.router, "till": self.till, "venue": self.venue,
        }  # fmt: skip
        return Watch([self.core.asset], [(self.core.nft, token) for token in tokens], holders=holders)

    def assert_clean(self) -> None:
        core = self.core
        for machine in (self.loans, self.router, self.till, self.venue):
            assert core.asset.balanceOf(machine) == 0
            assert core.nft.balanceOf(machine) == 0
            for spender in (core.vault, core.desk, self.venue, self.till, self.router, self.loans, MAKER):
                assert core.asset.allowance(machine, spender) == 0
                assert not core.nft.isApprovedForAll(machine, spender)


def build_shop(driver: Driver, asset: Contract) -> Shop:
    core = build_core(driver, asset.decimals(), asset)
    core.supply(2_000_000)
    till_at, router_at, loans_at = driver.predict(3)
    till = driver.deploy("MarketTill", asset, router_at, loans_at)
    router = driver.deploy("MarketRouter", core.authority, till_at, asset)
    loans = driver.deploy("LoanRouter", router, till, core.desk, core.vault, core.oracle, core.operators)
    assert (till.address, router.address, loans.address) == (till_at, router_at, loans_at)
    venue = driver.deploy("MockVenue", MAKER, asset)
    router.setVenue(venue, True, sender=GOVERNOR)
    core.fund(MAKER, core.units(1_000_000), venue)
    core.fund(BORROWER, core.units(100_000), till)
    core.operators.setOperator(loans, True, sender=BORROWER)
    shop = Shop(core, till, router, loans, venue)
    shop.price(60_000)
    return shop


@pytest.fixture
def shop(driver, asset) -> Iterator[Shop]:
    made = build_shop(driver, asset)
    yield made
    made.assert_clean()


# --- buying with a loan ----------------------------------------------------------------------------------


def test_buy_with_loan__at_the_floor__nft_pledged_and_each_paid_his_part(shop):
    [token] = shop.stock()
    watch = shop.watch(token)
    before = watch.now()
    tx = shop.buy(shop.fill(token, limit=60_000), 25_000)
    watch.assert_moved(
        before,
        {"borrower": -shop.u(35_000), "vault": -shop.u(25_000), "maker": shop.u(60_000)},
        {(shop.core.nft, token): shop.core.desk},
    )
    assert shop.core.desk.pledgeOf(shop.core.nft, token).owner == BORROWER.address
    assert shop.core.owes(25_000)
    assert tx.return_value == shop.u(60_000)
    event = tx.one("BoughtWithLoan")
    assert (event.account, event.venue, event.collection) == (
        BORROWER.address, shop.venue.address, shop.core.nft.address,
    )  # fmt: skip
    assert (list(event.tokenIds), event.cost, event.borrowed) == ([token], shop.u(60_000), shop.u(25_000))
    assert shop.core.nft.getApproved(token) == ZERO


def test_buy_with_loan__two_at_once_on_top_of_an_old_loan__one_account(shop):
    shop.core.loan(10_000, 1)
    tokens = shop.stock(2)
    shop.buy(shop.fill(*tokens, limit=120_000), 60_000)
    assert shop.core.desk.accountOf(BORROWER).nftCount == 3
    assert shop.core.owes(70_000)


def test_buy_with_loan__cheaper_than_the_loan__rest_is_the_buyers(shop):
    [token] = shop.stock()
    shop.price(20_000)
    watch = shop.watch(token)
    before = watch.now()
    shop.buy(shop.fill(token, limit=60_000), 25_000)
    watch.assert_moved(
        before,
        {"borrower": shop.u(5_000), "vault": -shop.u(25_000), "maker": shop.u(20_000)},
        {(shop.core.nft, token): shop.core.desk},
    )


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_buy_with_loan__limit(shop, slack):
    [token] = shop.stock()
    venue, nft, ids, limit, data = shop.fill(token, limit=60_000)
    fill = (venue, nft, ids, limit + slack, data)
    if slack < 0:
        with unchanged(shop.watch(token)), reverts("DrawAboveLimit", assets=limit, left=limit - 1):
            shop.buy(fill, 25_000)
    else:
        shop.buy(fill, 25_000)


@pytest.mark.parametrize("excess", [0, 1])
def test_buy_with_loan__above_the_limit_of_the_desk__refused(shop, excess):
    [token] = shop.stock()
    fill = shop.fill(token, limit=60_000)
    until, watch = shop.core.driver.timestamp, shop.watch(token)
    terms = (fill, shop.u(30_000) + excess, MAX_RATE, shop.u(60_000), 0, until)
    if excess:
        with unchanged(watch), reverts("DebtAboveLimit"):
            shop.loans.buyWithLoan(*terms, sender=BORROWER)
    else:
        shop.loans.buyWithLoan(*terms, sender=BORROWER)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_buy_with_loan__floor_moved(shop, up, excess):
    """5 % are allowed: exactly 5 % pass, one unit more does not."""
    [token] = shop.stock()
    seen = shop.u(60_000)
    move = seen * 500 // 10_000 + excess
    price = seen + move if up else seen - move
    shop.core.oracle.setPrice(shop.core.nft, price, sender=GOVERNOR)
    if excess > 0:
        with unchanged(shop.watch(token)), reverts("FloorMoved", price=price, seen=seen, maxMoveBps=500):
            shop.buy(shop.fill(token, limit=60_000), 20_000, move=500)
    else:
        shop.buy(shop.fill(token, limit=60_000), 20_000, move=500)


@pytest.mark.parametrize("late", [0, 1])
def test_deadline__last_second_counts(shop, late):
    [token] = shop.stock()
    until = shop.core.driver.timestamp - late
    terms = (shop.fill(token, limit=60_000), shop.u(20_000), MAX_RATE, shop.u(60_000), 0, until)
    if late:
        with reverts("DeadlineExpired", deadline=until):
            shop.loans.buyWithLoan(*terms, sender=BORROWER)
        with reverts("DeadlineExpired", deadline=until):
            shop.loans.sellAndRepay(BORROWER, shop.fill(token, limit=1), until, sender=BORROWER)
    else:
        shop.loans.buyWithLoan(*terms, sender=BORROWER)


def test_buy_with_loan__rate_above_what_is_accepted__refused(shop):
    [token] = shop.stock()
    until = shop.core.driver.timestamp
    with unchanged(shop.watch(token)), reverts("RateAboveMax"):
        shop.loans.buyWithLoan(
            shop.fill(token, limit=60_000), shop.u(20_000), 0, shop.u(60_000), 0, until, sender=BORROWER
        )


@pytest.mark.parametrize(("mode", "error"), [(KEEPS, "VenueCheated"), (OVERDRAWS, "DrawAboveLimit")])
def test_buy_with_loan__venue_that_cheats__all_undone(shop, mode, error):
    [token] = shop.stock()
    with unchanged(shop.watch(token)), reverts(error):
        shop.buy(shop.fill(token, limit=60_000, mode=mode), 25_000)
    assert shop.core.desk.accountOf(BORROWER).nftCount == 0


def test_buy_with_loan__not_an_operator__refused(shop):
    [token] = shop.stock()
    shop.core.operators.setOperator(shop.loans, False, sender=BORROWER)
    with unchanged(shop.watch(token)), reverts("Unauthorized", caller=shop.loans.address):
        shop.buy(shop.fill(token, limit=60_000), 25_000)


def test_buy_with_loan__down_payment_not_there__refused(shop):
    [token] = shop.stock()
    shop.core.asset.approve(shop.till, 0, sender=BORROWER)
    with unchanged(shop.watch(token)), pytest.raises(Revert):
        shop.buy(shop.fill(token, limit=60_000), 25_000)


def test_buy_with_loan__venue_not_listed__refused(shop):
    [token] = shop.stock()
    shop.router.setVenue(shop.venue, False, sender=GOVERNOR)
    with reverts("VenueNotListed", venue=shop.venue.address):
        shop.buy(shop.fill(token, limit=60_000), 25_000)


def test_buy_with_loan__while_paused__refused(shop):
    [token] = shop.stock()
    shop.core.pauser.pause(shop.core.vault.PAUSE_GROUP(), sender=GUARDIAN)
    with unchanged(shop.watch(token)), reverts("GroupPaused"):
        shop.buy(shop.fill(token, limit=60_000), 25_000)


# --- selling to repay ------------------------------------------------------------------------------------


def test_sell_and_repay__proceeds_above_the_debt__rest_is_the_owners(shop):
    [(_, token)] = shop.core.loan(25_000, 1)
    watch = shop.watch(token)
    before = watch.now()
    tx = shop.sell(shop.fill(token, limit=60_000))
    proceeds, repaid = tx.return_value
    assert proceeds == shop.u(60_000)
    assert shop.u(25_000) <= repaid <= shop.u(25_001)
    watch.assert_moved(
        before,
        {"borrower": proceeds - repaid, "vault": repaid, "maker": -proceeds},
        {(shop.core.nft, token): MAKER},
    )
    assert shop.core.debt() == 0
    event = tx.one("SoldToRepay")
    assert (event.account, event.venue, event.proceeds, event.repaid) == (
        BORROWER.address, shop.venue.address, proceeds, repaid,
    )  # fmt: skip


@pytest.mark.parametrize("limit", [55_000, 60_000])
def test_sell_and_repay__debt_above_the_proceeds__all_of_them_are_repaid(shop, limit):
    """Whatever the stated price, the debt comes first."""
    refs = shop.core.loan(85_000, 3)
    watch = shop.watch(refs[0][1])
    before = watch.now()
    debt = shop.core.debt()
    tx = shop.sell(shop.fill(refs[0][1], limit=limit))
    assert list(tx.return_value) == [shop.u(60_000), shop.u(60_000)]
    watch.assert_moved(
        before, {"vault": shop.u(60_000), "maker": -shop.u(60_000)}, {(shop.core.nft, refs[0][1]): MAKER}
    )
    assert debt - shop.u(60_000) <= shop.core.debt() <= debt - shop.u(60_000) + shop.u(1)
    assert shop.core.desk.accountOf(BORROWER).nftCount == 2


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_sell_and_repay__stated_price(shop, slack):
    [(_, token)] = shop.core.loan(25_000, 1)
    venue, nft, ids, limit, data = shop.fill(token, limit=60_000)
    fill = (venue, nft, ids, limit + slack, data)
    if slack > 0:
        with unchanged(shop.watch(token)), reverts("VenueCheated", venue=shop.venue.address):
            shop.sell(fill)
    else:
        shop.sell(fill)


def test_sell_and_repay__by_an_operator__owner_gets_the_rest(shop):
    [(_, token)] = shop.core.loan(25_000, 1)
    fill = shop.fill(token, limit=60_000)
    for caller in (THIEF, HELPER, KEEPER, GOVERNOR):
        with unchanged(shop.watch(token)), reverts("Unauthorized", caller=caller.address):
            shop.sell(fill, who=caller)
    shop.core.operators.setOperator(HELPER, True, sender=BORROWER)
    before = shop.core.asset.balanceOf(BORROWER)
    proceeds, repaid = shop.sell(fill, who=HELPER).return_value
    assert shop.core.asset.balanceOf(BORROWER) == before + proceeds - repaid
    assert shop.core.asset.balanceOf(HELPER) == 0


def test_sell_and_repay__account_that_never_authorised_it__refused(shop):
    [(_, token)] = shop.core.loan(25_000, 1, who=STRANGER)
    with reverts("Unauthorized", caller=shop.loans.address):
        shop.sell(shop.fill(token, limit=60_000), who=STRANGER, account=STRANGER)


def test_sell_and_repay__nft_of_another_account__refused(shop):
    [(_, token)] = shop.core.loan(25_000, 1, who=STRANGER)
    shop.core.operators.setOperator(shop.loans, True, sender=STRANGER)
    shop.core.loan(25_000, 1)
    with reverts("NotOfAccount", account=BORROWER.address):
        shop.sell(shop.fill(token, limit=60_000))


def test_sell_and_repay__under_notice__open_when_it_improves(shop):
    refs = shop.core.loan(85_000, 3)
    shop.core.price(41_000)
    shop.core.flag()
    shop.price(30_000)
    worse = shop.fill(refs[0][1], limit=1_000)  # the desk judges by the stated price
    with unchanged(shop.watch(refs[0][1])), reverts("UnderNotice"):
        shop.sell(worse)
    tx = shop.sell(shop.fill(refs[0][1], limit=30_000))
    assert list(tx.return_value) == [shop.u(30_000), shop.u(30_000)]
    assert shop.core.desk.accountOf(BORROWER).nftCount == 2


def test_sell_and_repay__last_nft_below_the_debt__refused(shop):
    """Nobody sells his collateral and leaves the debt."""
    [(_, token)] = shop.core.loan(29_000, 1)
    shop.price(20_000)
    with unchanged(shop.watch(token)), pytest.raises(Revert):
        shop.sell(shop.fill(token, limit=20_000))


def test_sell_and_repay__while_another_is_in_auction__fine_is_paid_and_debt_first(shop):
    refs = shop.core.loan(85_000, 3)
    shop.core.price(36_000)
    shop.core.warn_and_liquidate(refs)
    free = [token for _, token in refs if not shop.core.desk.pledgeOf(shop.core.nft, token).live]
    live = [token for _, token in refs if shop.core.desk.pledgeOf(shop.core.nft, token).live]
    if free:
        shop.price(36_000)
        tx = shop.sell(shop.fill(free[0], limit=36_000))
        assert list(tx.return_value) == [shop.u(36_000), shop.u(36_000)]
        assert tx.one("Repaid").fine > 0
    with reverts("InAuction", tokenId=live[0]):
        shop.sell(shop.fill(live[0], limit=1))


def test_sell_and_repay__no_debt__all_is_the_owners(shop):
    refs = shop.core.mint(BORROWER, 1)
    shop.core.desk.pledge(refs, BORROWER, sender=BORROWER)
    tx = shop.sell(shop.fill(refs[0][1], limit=60_000))
    assert list(tx.return_value) == [shop.u(60_000), 0]


def test_sell_and_repay__while_paused__only_without_debt(shop):
    refs = shop.core.loan(25_000, 2)
    shop.core.pauser.pause(shop.core.vault.PAUSE_GROUP(), sender=GUARDIAN)
    shop.price(20_000)
    with unchanged(shop.watch(refs[0][1])), reverts("GroupPaused"):
        shop.sell(shop.fill(refs[0][1], limit=20_000))
    shop.price(60_000)
    shop.sell(shop.fill(refs[1][1], limit=60_000))  # repays all of it
    assert shop.core.debt() == 0


@pytest.mark.parametrize("mode", [KEEPS])
def test_sell_and_repay__venue_that_cheats__all_undone(shop, mode):
    [(_, token)] = shop.core.loan(25_000, 1)
    with unchanged(shop.watch(token)), reverts("VenueCheated"):
        shop.sell(shop.fill(token, limit=1, mode=mode))


def test_sell_and_repay__venue_that_lies__counted_by_what_arrived(shop):
    [(_, token)] = shop.core.loan(25_000, 1)
    assert shop.sell(shop.fill(token, limit=60_000, mode=LIES)).return_value[0] == shop.u(60_000)


def test_sell_and_repay__asset_sent_here_before__is_nobodys_proceeds(driver):
    shop = build_shop(driver, driver.deploy("MockAsset", 6))
    [(_, token)] = shop.core.loan(25_000, 1)
    shop.core.fund(STRANGER, shop.u(7))
    shop.core.asset.transfer(shop.loans, shop.u(7), sender=STRANGER)
    before = shop.core.asset.balanceOf(BORROWER)
    proceeds, repaid = shop.sell(shop.fill(token, limit=60_000)).return_value
    assert proceeds == shop.u(60_000)
    assert shop.core.asset.balanceOf(BORROWER) == before + proceeds - repaid
    assert shop.core.asset.balanceOf(shop.loans) == shop.u(7)


# --- who may call back, and re-entrance ------------------------------------------------------------------


def test_on_act__called_by_anyone__refused(shop):
    for caller in (THIEF, BORROWER, MAKER):
        with reverts("Unauthorized", caller=caller.address):
            shop.loans.onAct(BORROWER, 0, b"", sender=caller)


def test_draw__called_by_anyone__refused(shop):
    for caller in (THIEF, BORROWER):
        with reverts("Unauthorized", caller=caller.address):
            shop.loans.drawAssets(THIEF, 1, sender=caller)
        with reverts("Unauthorized", caller=caller.address):
            shop.loans.buyAlone(shop.fill(1, limit=1), THIEF, 1, sender=caller)


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_venue__reenters_everything__every_entry_is_closed(shop, side):
    core, thief = shop.core, THIEF.address
    [(_, pledged)] = core.loan(25_000, 1)
    [token] = shop.stock()
    fill = shop.fill(token, limit=60_000)
    tries = {
        shop.loans: [
            shop.loans.buyWithLoan.data(fill, 0, MAX_RATE, shop.u(60_000), 10_000, 2**255),
            shop.loans.sellAndRepay.data(shop.venue, fill, 2**255),
            shop.loans.onAct.data(BORROWER, 0, b""),
            shop.loans.drawAssets.data(thief, 1),
            shop.loans.drawNfts.data(thief, core.nft, [token]),
        ],
        shop.till: [shop.till.pullAssets.data(BORROWER, thief, 1)],
        core.desk: [core.desk.repay.data(1, BORROWER), core.desk.act.data(BORROWER, ([], 0, 0, [], 0), b"")],
        core.vault: [core.vault.deposit.data(1, thief), core.vault.cash.data()],
    }
    steps = [(where.address, 0, data, False) for where, calls in tries.items() for data in calls]
    shop.venue.script(getattr(shop.venue, side).selector, steps, sender=MAKER)
    if side == "buy":
        shop.buy(fill, 20_000)
    else:
        shop.sell(shop.fill(pledged, limit=60_000))
    outcomes = [shop.venue.outcome(i) for i in range(shop.venue.outcomes())]
    assert len(outcomes) == len(steps)
    assert not any(o.success for o in outcomes), [decode_error(o.output)[0] for o in outcomes]


# --- an owner the asset refuses --------------------------------------------------------------------------


def test_sell_and_repay__blocked_router__nothing_sold(driver):
    asset = driver.deploy("MockUsdt", 6, sender=DEPLOYER)
    shop = build_shop(driver, asset)
    [(_, token)] = shop.core.loan(25_000, 1)
    asset.addBlackList(shop.loans, sender=DEPLOYER)
    with unchanged(shop.watch(token)), pytest.raises(Revert):
        shop.sell(shop.fill(token, limit=60_000))


def test_sell_and_repay__owner_whom_the_asset_refuses__rest_becomes_his_deposit(driver):
    shop = build_shop(driver, driver.deploy("HookedAsset", 6))
    core = shop.core
    account = driver.deploy("RefusingReceiver")
    [ref] = core.mint(STRANGER, 1)
    core.nft.transferFrom(STRANGER, account, ref[1], sender=STRANGER)
    for target, data in (
        (core.nft, core.nft.setApprovalForAll.data(core.desk, True)),
        (core.operators, core.operators.setOperator.data(shop.loans, True)),
        (core.operators, core.operators.setOperator.data(HELPER, True)),
        (core.desk, core.desk.open.data([ref], shop.u(25_000), MAX_RATE, STRANGER)),
    ):
        account.execute(target, 0, data, sender=STRANGER)
    core.asset.setHooked(account, True, sender=GOVERNOR)
    cash = core.vault.cash()
    tx = shop.sell(shop.fill(ref[1], limit=60_000), who=HELPER, account=account)
    proceeds, repaid = tx.return_value
    rest = proceeds - repaid
    assert core.debt(account) == 0
    assert tx.one("SurplusDeposited").assets == rest
    assert rest - 1 <= core.vault.previewRedeem(core.vault.balanceOf(account)) <= rest
    assert core.vault.cash() == cash + proceeds
    assert core.asset.balanceOf(account) == core.asset.balanceOf(HELPER) == 0
    shop.assert_clean()


def test_constructor__zero_or_foreign__refused(shop):
    core = shop.core
    terms = [shop.router, shop.till, core.desk, core.vault, core.oracle, core.operators]
    for place in (0, 2, 4, 5):
        with reverts("ZeroAddress"):
            core.driver.deploy("LoanRouter", *[ZERO if i == place else x for i, x in enumerate(terms)])
    foreign = core.driver.deploy("MockAsset", 9)
    till = core.driver.deploy("MarketTill", foreign, shop.router, shop.loans)
    with reverts("AssetMismatch", asset=core.asset.address, expected=foreign.address):
        core.driver.deploy("LoanRouter", shop.router, till, *terms[2:])
