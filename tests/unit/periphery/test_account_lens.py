"""AccountLens shows what desk, vault, book and auction say, and a keeper can recompute all of it."""

import random

import pytest

from tests.helpers.abi import decode_error
from tests.helpers.accounts import Account as Key
from tests.helpers.bridge import Bridge, wrap
from tests.helpers.core import BORROWER, GOVERNOR, HOUR, KEEPER, STRANGER, SUPPLIER, build_core
from tests.helpers.evm import PyrevmDriver, reverts
from vitrine.keepers.lens import LensReader
from vitrine.keepers.screen import Screen
from vitrine.models import desk as model
from vitrine.models.auction import price_at
from vitrine.models.tiers import measure

CROWD = [Key(f"lens borrower {i}") for i in range(30)]


@pytest.fixture
def reader(core, lens):
    return LensReader(Bridge(core.driver), wrap(lens), page=7)


def crowd(core):
    """Thirty accounts of every kind: healthy, warned, in auction, marked, without debt, never seen."""
    rng = random.Random(5)
    refs = {}
    for i, who in enumerate(CROWD[:-2]):
        nft = core.thin if i % 4 == 3 else core.nft
        owed = 4_000 if nft is core.thin else (5_000, 24_500, 29_500)[i % 3]
        count = rng.randint(1, 4)
        if i % 9 == 8:
            refs[who] = core.mint(who, count, nft)
            core.desk.pledge(refs[who], who, sender=who)
        else:
            refs[who] = core.loan(owed * count, count, who, nft)
    core.price(34_500)
    core.price(9_000, core.thin)
    for who in CROWD[:-2]:
        debt, health = core.desk.healthOf(who)
        if debt >= health.limit and 2 * debt > health.limit + health.deep:
            core.liquidate(refs[who], who)
        elif debt and debt >= health.limit - health.value * 7 // 100:
            core.flag(who)
    core.price(25_000)
    core.desk.mark(CROWD[:10], sender=KEEPER)
    return refs


@pytest.mark.parametrize("decimals", [6, 18])
def test_packed__accounts_of_every_kind__recompute_to_what_the_desk_says(decimals):
    core = build_core(PyrevmDriver(), decimals)
    core.supply(2_000_000)
    lens = core.driver.deploy("AccountLens", core.desk, core.vault, core.book, core.auction, core.oracle)
    reader = LensReader(Bridge(core.driver), wrap(lens), page=7)
    crowd(core)
    core.driver.warp(5 * HOUR)
    addresses = [who.address for who in CROWD]
    market = reader.market()
    head, accounts = reader.accounts(addresses)
    assert (head.block, head.timestamp) == (core.driver.block, core.driver.timestamp)
    kinds = set()
    for row, who in enumerate(CROWD):
        account = accounts.account(row)
        assert tuple(account) == tuple(core.desk.accountOf(who))
        debt, health = core.desk.healthOf(who)
        assert account.debt(market.debt_assets, market.debt_shares) == debt
        assert tuple(measure(account.units, market.places)) == tuple(health)
        notice = core.desk.noticeOf(who)
        assert accounts.notice(row).opened_at == notice.openedAt
        assert int(accounts.notice(row).flagger, 16) == int(notice.flagger, 16)
        assert int(accounts.notice(row).starter, 16) == int(notice.starter, 16)
        assert accounts.notice(row).started_at == notice.startedAt
        assert tuple(accounts.mark(row)) == tuple(core.desk.markOf(who))
        assert accounts.flags[row] == account.flags
        assert accounts.nft_count[row] == account.nft_count
        assert accounts.live_count[row] == account.live_count
        assert accounts.shares[row] == pytest.approx(account.debt_shares, rel=1e-15)
        assert accounts.mark_collateral[row] == pytest.approx(accounts.mark(row).collateral, rel=1e-15)
        assert accounts.opened_at[row] == notice.openedAt
        kinds |= {account.flags, "live" if account.live_count else "still"}
    assert {0, model.NOTICE, model.MARKED, model.NOTICE | model.MARKED, "live", "still"} <= kinds


def test_accounts__for_people__shows_debt_health_and_lines(core, lens):
    crowd(core)
    for view, who in zip(lens.accounts(CROWD), CROWD, strict=True):
        debt, health = core.desk.healthOf(who)
        assert (view.debt, tuple(view.health)) == (debt, tuple(health))
        assert tuple(view.account) == tuple(core.desk.accountOf(who))
        assert tuple(view.notice) == tuple(core.desk.noticeOf(who))
        assert tuple(view.mark) == tuple(core.desk.markOf(who))
        exact = measure(view.account.units, LensReader(Bridge(core.driver), wrap(lens)).market().places)
        lines = (model.warn_line(exact), model.calm_line(exact), model.recovered_line(exact))
        assert (view.warnLine, view.calmLine, view.recoveredLine) == lines


def test_at_risk__crowd__exactly_those_that_need_watching(core, reader):
    crowd(core)
    addresses = [who.address for who in CROWD]
    market = reader.market()
    _, everyone = reader.accounts(addresses)
    _, few = reader.at_risk(addresses)
    warnable = Screen(everyone, market).warnable
    expected = [
        address.lower()
        for row, address in enumerate(addresses)
        if warnable[row] or everyone.flags[row] or everyone.live_count[row]
    ]
    assert [address.lower() for address in few.addresses] == expected
    assert 3 < len(expected) < len(addresses)
    for row, address in enumerate(few.addresses):
        source = everyone.row_of[address.lower()]
        assert few.account(row) == everyone.account(source)
        assert few.notice(row) == everyone.notice(source)
        assert few.mark(row) == everyone.mark(source)


def test_at_risk__price_at_the_line_and_one_unit_above__in_then_out(core, reader):
    core.loan(120_000, 5)
    with core.driver.same_block():
        debt = core.debt()
        low, high = 1, core.units(10**5)
        while high - low > 1:
            price = (low + high) // 2
            value = price * 5
            at = debt >= value * 75 // 100 - -(-value * 7 // 100)
            low, high = (price, high) if at else (low, price)
        for price, inside in ((low, True), (low + 1, False)):
            core.oracle.setPrice(core.nft, price, sender=GOVERNOR)
            assert len(reader.at_risk([BORROWER.address])[1]) == inside


def test_market__after_every_kind_of_move__is_what_vault_and_book_say(core, lens, reader):
    crowd(core)
    shares = core.vault.balanceOf(SUPPLIER)
    core.vault.requestRedeem(shares // 2, SUPPLIER, sender=SUPPLIER)
    core.driver.warp(HOUR)
    market = reader.market()
    vault = core.vault
    assert (market.debt_assets, market.debt_shares) == tuple(vault.debtTotals())
    assert (market.cash, market.reserve) == (vault.cash(), vault.reserve())
    assert (market.supply_assets, market.supply_shares) == (vault.supplyAssets(), vault.totalSupply())
    assert market.floating_bad_debt == vault.floatingBadDebt() > 0
    assert (market.marked_shares, market.marked_collateral) == tuple(vault.marks())
    assert market.queued_shares == vault.queuedShares() == shares // 2
    assert (market.queue_head, market.queue_tail) == tuple(vault.queueBounds())
    assert (market.rate, market.target_rate) == tuple(vault.rates())
    assert (market.max_tip, market.min_debt) == (vault.maxTip(), core.desk.minDebt())
    assert market.behind == core.desk.behindDebt()
    assert (market.clock, market.paused, market.resumed_at) == tuple(core.pauser.status(vault.PAUSE_GROUP()))
    assert [p is not None for p in market.places] == [True, True] + [False] * 6
    for index, nft in enumerate((core.nft, core.thin)):
        place = market.places[index]
        assert place.collection == nft.address
        assert tuple(place.tier) == tuple(core.book.tierAt(index)[1])
        assert tuple(place.quote) == tuple(core.oracle.quote(nft))


def test_market__paused__clock_stands(core, reader):
    core.pauser.pause(core.vault.PAUSE_GROUP(), sender=Key("guardian"))
    before = reader.market()
    core.driver.warp(HOUR)
    after = reader.market()
    assert (before.paused, after.paused) == (True, True)
    assert after.clock == before.clock == after.clock_at(after.timestamp + 99)
    assert after.timestamp == before.timestamp + HOUR


def test_market__oracle_refuses_one_collection__shown_as_unquoted_and_stale(core, lens, reader):
    zero = (0,) * 10
    core.oracle.setQuote(core.thin, zero, sender=GOVERNOR)
    with reverts("CollectionNotListed"):
        core.oracle.quote(core.thin)
    assert [place.quoted for place in lens.market().places][:2] == [True, False]
    assert reader.market().places[1].quote.state == 2


def test_auctions__through_all_phases__are_priced_as_the_model_prices(core, lens, reader):
    refs = core.loan(120_000, 5)
    core.price(27_000)
    core.liquidate(refs)
    live = [ref for ref in refs if core.desk.pledgeOf(*ref).live]
    phases = set()
    for hours in (0, 2, 7, 5, 24):
        core.driver.warp(hours * HOUR + 1)
        market = reader.market()
        views = lens.auctions(refs)
        terms = reader.auctions(refs)
        assert set(terms) == set(live)
        for ref, view in zip(refs, views, strict=True):
            assert view.account == BORROWER.address
            if ref not in live:
                assert (view.terms.startedAt, view.price, view.phase) == (0, 0, 0)
                continue
            price = price_at(terms[ref], market.places[0].quote, market.clock, market.timestamp)
            assert tuple(view.terms) == tuple(terms[ref])
            assert (view.price, view.worth, view.phase) == tuple(price) == tuple(core.auction.priceOf(*ref))
            phases.add(view.phase)
    assert phases == {1, 2, 3, 4}


def test_auctions__no_reference_price__terms_without_price(core, lens):
    refs = core.loan(120_000, 5)
    core.price(27_000)
    core.liquidate(refs)
    live = next(ref for ref in refs if core.desk.pledgeOf(*ref).live)
    core.oracle.setQuote(core.nft, (0,) * 10, sender=GOVERNOR)
    [view] = lens.auctions([live])
    assert (view.terms.units, view.price, view.worth) == (100, 0, 0)


def test_pledges__pledged_and_foreign__as_stored(core, lens, reader):
    refs = core.loan(20_000, 2)
    core.desk.setSaleRanks(refs[:1], [7], sender=BORROWER)
    [free] = core.mint(STRANGER, 1)
    found = reader.pledges([*refs, free])
    assert [owner for owner, _ in found] == [BORROWER.address, BORROWER.address, "0x" + "00" * 20]
    assert [(nft.units, nft.rank, nft.live) for _, nft in found[:2]] == [(100, 7, False), (100, 0, False)]
    assert found[0][1].ref == refs[0]


def test_pages__empty_and_unknown__are_zero(core, reader):
    head, accounts = reader.accounts([STRANGER.address])
    assert head.block == core.driver.block
    assert accounts.account(0) == model.Account()
    assert len(reader.accounts([])[1]) == 0
    assert len(reader.at_risk([])[1]) == 0
    assert len(reader.at_risk([STRANGER.address])[1]) == 0


def test_constructor__desk_of_another_vault__is_refused(core):
    other = build_core(core.driver)
    with reverts("LensMismatch", given=other.desk.address, expected=core.desk.address):
        core.driver.deploy("AccountLens", other.desk, core.vault, core.book, core.auction, core.oracle)


@pytest.mark.parametrize("view", ["accounts", "packed", "packedAtRisk", "market", "auctions", "pledges"])
def test_views__from_inside_a_callback__are_closed(core, lens, view):
    """Read-only re-entrancy: a taker looks through the lens while its purchase is under way."""
    refs = core.loan(120_000, 5)
    core.price(27_000)
    core.liquidate(refs)
    live = next(ref for ref in refs if core.desk.pledgeOf(*ref).live)
    probe = core.driver.deploy("CallbackProbe")
    method = getattr(lens, view)
    argument = [] if view == "market" else [[live]] if view in ("auctions", "pledges") else [[BORROWER]]
    step = (lens.address, 0, method.data(*argument), False)
    core.fund(KEEPER, core.units(100_000))
    core.asset.transfer(probe, core.units(100_000), sender=KEEPER)
    taking = core.auction.take.data(*live, 2**255, probe, b"\x01")
    on_take = core.driver.interface("IAuctionTaker").function("onTake").selector
    probe.script(on_take, [step], sender=KEEPER)
    probe.execute(core.asset, 0, core.asset.approve.data(core.auction, 2**255), sender=KEEPER)
    probe.execute(core.auction, 0, taking, sender=KEEPER)
    assert core.nft.ownerOf(live[1]) == probe.address
    outcomes = [probe.outcome(i) for i in range(probe.outcomes())]
    [seen] = [o for o in outcomes if o.during == on_take]
    assert not seen.success
    assert decode_error(seen.output) == ("GroupLocked", {})
