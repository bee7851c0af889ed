"""Words and fixed point: the twins against the libraries themselves."""

import random

import pytest

from tests.helpers.evm import reverts
from tests.python.models.market import ROUNDS
from vitrine.errors import AmountError
from vitrine.models import units_word, wad
from vitrine.models.desk import Account
from vitrine.units import WAD


def random_units(rng):
    return units_word.pack_lanes(rng.choice([0, 1, 0xFFFF, rng.randint(0, 0xFFFF)]) for _ in range(8))


def test_add_sub__random_words__equal_the_library(probe):
    rng = random.Random(3)
    for _ in range(300 * ROUNDS):
        word, place, units = random_units(rng), rng.randrange(8), rng.choice([0, 1, 300, 0xFFFF])
        try:
            expected = units_word.add(word, place, units)
        except AmountError:
            with reverts("TooManyUnits", units=units_word.units_at(word, place) + units):
                probe.add(word, place, units)
        else:
            assert probe.add(word, place, units) == expected
        held = units_word.units_at(word, place)
        assert probe.sub(word, place, held) == units_word.sub(word, place, held)


def test_sub__more_than_held__is_refused():
    with pytest.raises(AmountError, match="fewer than 2 units"):
        units_word.sub(units_word.pack_lanes([1, 5]), 0, 2)


def test_any_less__random_words__equals_the_library(probe):
    rng = random.Random(4)
    for _ in range(300 * ROUNDS):
        word, than = random_units(rng), random_units(rng)
        assert probe.anyLess(word, than) == units_word.any_less(word, than)
        assert not units_word.any_less(word, word)


def test_shift__random_words__equals_the_library_and_keeps_live_counts(probe):
    rng = random.Random(5)
    for _ in range(300 * ROUNDS):
        before, after = random_units(rng), random_units(rng)
        behind = 0
        for place in range(8):
            rest = rng.choice([0, 1, 2**24 - 1 - 2 * 0xFFFF, rng.randint(0, 2**23), 2**24 - 1 - 0xFFFF])
            rest = rest + units_word.units_at(before, place)
            behind |= (rest << 8 | rng.randint(0, 255)) << 32 * place
        try:
            expected = units_word.shift(behind, before, after)
        except AmountError:
            with reverts("TooManyUnitsBehindDebt"):
                probe.shift(behind, before, after)
            continue
        assert probe.shift(behind, before, after) == expected
        for place in range(8):
            assert units_word.behind_live(expected, place) == units_word.behind_live(behind, place)


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("step", [0, 1])
def test_shift__lane_at_its_limit__one_more_is_refused(probe, place, step):
    behind = (2**24 - 1 << 8 | 7) << 32 * place
    after = step << 16 * place
    if step:
        with reverts("TooManyUnitsBehindDebt"):
            probe.shift(behind, 0, after)
        with pytest.raises(AmountError):
            units_word.shift(behind, 0, after)
    else:
        assert probe.shift(behind, 0, after) == units_word.shift(behind, 0, after) == behind


def test_account_codec__random_words__same_fields_both_ways(probe):
    rng = random.Random(6)
    for _ in range(300 * ROUNDS):
        word = rng.getrandbits(256)
        account = Account.unpack(word)
        assert tuple(probe.unpack(word)) == tuple(account)
        assert account.pack() == probe.pack(tuple(account)) == word


def test_pow_wad__random_bases__equals_the_library(probe):
    rng = random.Random(7)
    for _ in range(200 * ROUNDS):
        base = rng.choice([0, 1, WAD - 1, WAD, WAD + 1, WAD + rng.randint(0, 10**11), rng.randint(0, WAD)])
        n = rng.choice([0, 1, 2, 3_599, 3_600, rng.randint(0, 10**8 if base <= WAD + 10**11 else 100)])
        assert probe.powWad(base, n) == wad.pow_wad(base, n)


def test_debt_math__random_totals__rounds_as_the_library(probe):
    rng = random.Random(8)
    for _ in range(300 * ROUNDS):
        amount, assets = rng.randint(0, 10 ** rng.randint(1, 30)), rng.randint(0, 10 ** rng.randint(1, 33))
        shares = rng.randint(0, 10 ** rng.randint(1, 33))
        assert probe.toSharesDown(amount, assets, shares) == wad.debt_to_shares_down(amount, assets, shares)
        assert probe.toSharesUp(amount, assets, shares) == wad.debt_to_shares_up(amount, assets, shares)
        assert probe.toAssetsUp(amount, assets, shares) == wad.debt_to_assets_up(amount, assets, shares)
