"""The float screen never disagrees with the exact model, wherever the debts lie."""

import random

import numpy as np
import pytest

from tests.python.keepers.worlds import FLOOR, NOW, World, market, notice, place, random_market
from tests.python.models.market import ROUNDS
from vitrine.keepers.screen import Screen
from vitrine.keepers.snapshot import Accounts
from vitrine.models import desk
from vitrine.models.desk import Account
from vitrine.models.quotes import OracleState
from vitrine.models.tiers import measure
from vitrine.models.wad import debt_to_shares_down

LINES = {
    "warnable": lambda debt, h: debt >= desk.warn_line(h),
    "liquidatable": lambda debt, h: debt >= h.limit,
    "not_calm": lambda debt, h: debt >= desk.calm_line(h),
    "not_recovered": lambda debt, h: debt > desk.recovered_line(h),
    "critical": lambda debt, h: 2 * debt > h.limit + h.deep,
}


def near_the_lines(rng, world, count):
    """Accounts whose debt lies within a few units of a line, on it, or anywhere."""
    rows = []
    for i in range(count):
        word = 0
        for index in rng.sample(range(8), rng.choice([1, 1, 2, 8])):
            word |= rng.choice([1, 100, 65_535, rng.randint(1, 65_535)]) << 16 * index
        health = measure(word, world.places)
        lines = [desk.warn_line(health), health.limit, desk.calm_line(health)]
        lines += [desk.recovered_line(health), desk.critical_line(health), rng.randint(0, health.value + 1)]
        wanted = max(0, rng.choice(lines) + rng.choice([0, 0, 1, -1, 2, rng.randint(-60, 60)]))
        shares = debt_to_shares_down(wanted, world.debt_assets, world.debt_shares) + rng.randint(-1, 1)
        rows.append((f"0x{i:040x}", Account(min(max(shares, 0), 2**96 - 1), word, 1, 0, 0), None, None))
    return rows


@pytest.mark.parametrize("decimals", [6, 18])
def test_masks__debts_within_units_of_every_line__equal_the_exact_model(decimals):
    rng = random.Random(51 + decimals)
    doubted = 0
    for _ in range(8 * ROUNDS):
        world = random_market(rng, decimals)
        accounts = Accounts.build(near_the_lines(rng, world, 400))
        screen = Screen(accounts, world)
        for name, wanted in LINES.items():
            mask = getattr(screen, name)
            for row in range(len(accounts)):
                _, debt, health = screen.exact(row)
                assert mask[row] == (debt != 0 and wanted(debt, health)), (name, row)
        doubted += screen.doubtful
    assert doubted > 100


@pytest.mark.parametrize("decimals", [6, 18])
def test_width__random_accounts__bounds_the_error_of_every_sum(decimals):
    rng = random.Random(61 + decimals)
    for _ in range(8 * ROUNDS):
        world = random_market(rng, decimals)
        accounts = Accounts.build(near_the_lines(rng, world, 300))
        screen = Screen(accounts, world)
        for row in range(len(accounts)):
            _, debt, health = screen.exact(row)
            pairs = [
                (screen.debt, debt), (screen.value, health.value), (screen.limit, health.limit),
                (screen.target, health.target), (screen.deep, health.deep),
                (screen.reserve, health.reserve_value),
            ]  # fmt: skip
            for floats, exact in pairs:
                # the difference is taken in integers: floats hold a fraction exactly
                assert abs(int(floats[row]) - exact) <= int(screen.width[row]) // 2 + 1


def test_screen__generic_debts__exact_model_is_hardly_asked():
    rng = random.Random(71)
    world = World(market(place(FLOOR + 12_345)))
    for _ in range(2_000):
        world.account(rng.randint(1, 60_000 * 10**6), 1)
    screen = Screen(world.snapshot().accounts, world.market)
    assert 0 < screen.liquidatable.sum() < screen.warnable.sum() < 2_000
    assert screen.doubtful < 5


def test_stale__rows_without_a_live_price__only():
    places = [place(), place(index=1, state=OracleState.STALE)]
    world = World(market(*places))
    world.account(1, [world.nft(0)])
    world.account(1, [world.nft(1)])
    world.account(1, [world.nft(0), world.nft(1)])
    screen = Screen(world.snapshot().accounts, world.market)
    assert screen.stale.tolist() == [False, True, False]
    assert screen.posted_at(NOW - 100).tolist() == [True, True, True]
    assert screen.posted_at(NOW).tolist() == [False, False, False]


def test_notice_age__at_the_end_of_its_life__is_the_models():
    world = World()
    for age in (0, desk.NOTICE_LIFE - 1, desk.NOTICE_LIFE, desk.NOTICE_LIFE + 1):
        world.account(1, 1, flags=desk.NOTICE, notice=notice(age))
    world.account(1, 1, notice=notice(5))
    screen = Screen(world.snapshot().accounts, world.market)
    ages = screen.notice_age(NOW)
    assert ages.tolist() == [0, desk.NOTICE_LIFE - 1, desk.NOTICE_LIFE, -1, -1]
    for row in range(5):
        account, opened = world.rows[row][1], world.rows[row][2].opened_at
        assert (ages[row] >= 0) == desk.notice_lives(account, opened, NOW)


def test_accounts__no_rows__is_fine():
    screen = Screen(Accounts([], b""), market())
    assert not screen.warnable.any()
    assert screen.debt.dtype == np.float64
