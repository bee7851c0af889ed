"""Actors decide from what they see, each by temper."""

import numpy as np
import pytest

from tests.python.demo.looks import UNIT, loan, look, lot, vault
from vitrine.demo.borrowers import BorrowerMind
from vitrine.demo.cast import Borrower, Supplier, Taker
from vitrine.demo.moves import Nfts
from vitrine.demo.traders import SupplierMind, TakerMind
from vitrine.demo.views import DEGRADED, Piece, Price, Snapshot
from vitrine.units import DAY, HOUR

PIECE, SPARE = Piece("punks", 1), Piece("punks", 2)


def borrower(temper="top up", *, leverage=0.5, closes=0, nerve=2, savings_bps=5_000):
    who = Borrower("borrower-01", [PIECE], [SPARE], 2, leverage, temper, nerve, savings_bps, 2.0, closes)
    return BorrowerMind(who, {"punks": 5_000}, {}, np.random.default_rng(1))


def answered(mind, **changes):
    """What a warned borrower does once his time to answer has come."""
    see = look(
        1_000, loans={"borrower-01": loan(72_000, notice_at=900, **changes)}, cash={"borrower-01": 90_000}
    )
    assert mind.decide(see, 10) == []
    assert mind.answer_at > 1_000
    late = look(
        mind.answer_at,
        loans={"borrower-01": loan(72_000, notice_at=900, **changes)},
        cash={"borrower-01": 90_000},
    )
    return mind.decide(late, 10)


def test_open__before_his_tick__waits():
    assert borrower().decide(look(), 1) == []


@pytest.mark.parametrize(("leverage", "least", "most"), [(0.0, 20_000, 20_000), (1.0, 44_000, 45_000)])
def test_open__between_a_fifth_and_the_limit(leverage, least, most):
    [move] = borrower(leverage=leverage).decide(look(), 2)
    pieces, assets, _, _ = move.args
    assert (move.function, pieces) == ("open", Nfts((PIECE,)))
    assert least * UNIT <= assets <= most * UNIT


def test_open__degraded_price__waits():
    see = look()
    prices = {
        key: Price(*(getattr(p, n) for n in Price.__slots__[:-1]), DEGRADED) for key, p in see.prices.items()
    }
    dull = Snapshot(see.at, prices, see.fair, {}, (), see.vault, {}, {}, {})
    assert borrower().decide(dull, 5) == []


def test_notice__top_up__pledges_the_spare_piece():
    [move] = answered(borrower("top up"))
    assert (move.function, move.args[0]) == ("pledge", Nfts((SPARE,)))


def test_notice__repay__down_to_calm_but_not_beyond_his_means():
    mind = borrower("repay")
    mind.opened, mind.means = True, 30_000 * UNIT
    [move] = answered(mind)
    assert move.function == "repay"
    assert 0 < move.args[0] <= 30_000 * UNIT


def test_notice__ignore__does_nothing():
    mind = borrower("ignore")
    mind.means = 90_000 * UNIT
    assert answered(mind) == []


def test_auction__redeem__pays_back_to_the_target():
    mind = borrower("redeem")
    mind.means = 90_000 * UNIT
    [move] = answered(mind, live=(PIECE,))
    assert move.function == "redeem"
    assert move.args[1] >= (72_000 - 65_000) * UNIT * 102 // 100
    mind.hear_outcome(move, True, 7_140 * UNIT)
    assert mind.means == 82_860 * UNIT
    assert mind.rescued == 1


def test_auction__redeem_beyond_his_means__lets_go():
    mind = borrower("redeem")
    mind.means = 1_000 * UNIT
    assert answered(mind, live=(PIECE,)) == []
    assert mind.answer_at == 0


def test_close__late_and_able__repays_and_takes_the_pieces():
    mind = borrower(closes=5)
    see = look(loans={"borrower-01": loan(30_000)}, cash={"borrower-01": 40_000})
    [move] = mind.decide(see, 6)
    assert (move.function, move.args[1]) == ("close", Nfts((PIECE,)))


def taker(low=500, high=1_000, presence=1.0):
    return TakerMind(Taker("dealer-1", 10**12, low, high, ("punks",), presence), 1, np.random.default_rng(1))


def test_take__cheap_enough__at_the_price_he_saw():
    [move] = taker().decide(look(lots=[lot(89_000)], cash={"dealer-1": 100_000}))
    assert move.function == "take"
    assert move.args[2] == 89_000 * UNIT


@pytest.mark.parametrize(
    ("asked", "cash", "fair"),
    [(96_000, 100_000, 100_000), (89_000, 88_999, 100_000), (89_000, 100_000, 80_000)],
)
def test_take__too_dear_or_broke_or_the_market_fell__nothing(asked, cash, fair):
    assert taker().decide(look(lots=[lot(asked)], cash={"dealer-1": cash}, fair=fair)) == []


def test_take__several__the_best_margin():
    lots = [lot(90_000), lot(80_000, piece=SPARE)]
    [move] = taker().decide(look(lots=lots, cash={"dealer-1": 100_000}))
    assert move.args[1] == SPARE.token_id


def test_take__after_a_day_that_cost_a_tenth__timid_hold_back_bold_do_not():
    for low, high, bought in ((500, 1_000, 0), (2_000, 3_000, 40)):
        mind = taker(low, high)
        mind.decide(look(0, fair=100_000))
        calls = [
            mind.decide(look(60 + n, fair=85_000, lots=[lot(50_000)], cash={"dealer-1": 10**6}))
            for n in range(40)
        ]
        taken = sum(map(len, calls))
        assert taken == 40 if bought else taken < 25


def test_wanted__same_auction__same_discount_until_it_restarts():
    mind = taker()
    assert mind.wanted_bps(lot()) == mind.wanted_bps(lot(80_000))
    draws = {mind.wanted_bps(lot(started_at=n)) for n in range(20)}
    assert len(draws) > 10
    assert all(500 <= draw <= 1_000 for draw in draws)


def supplier(**changes):
    facts = {"nerve_bps": 50, "exit_bps": 5_000, "greed": False, "least_apr_bps": 800} | changes
    who = Supplier("supplier-01", 10**12, 5 * 10**11, 1, **facts)
    mind = SupplierMind(who, np.random.default_rng(3))
    mind.joined = True
    return mind


def moved(mind, tick, **see):
    """What he does within twenty looks."""
    for number in range(20):
        found = mind.decide(look(1_000 + number * HOUR, **see), tick)
        if found:
            return found[0]
    return None


def test_supplier__first_tick__deposits_once():
    mind = supplier()
    mind.joined = False
    [move] = mind.decide(look(), 1)
    mind.hear_outcome(move, True)
    assert (move.function, move.args[0]) == ("deposit", 5 * 10**11)
    assert mind.joined


def test_supplier__loss_in_sight__redeems_a_part():
    move = moved(supplier(), 10, shares={"supplier-01": 10**11}, pool=vault(floating=50_000))
    assert (move.function, move.args[0]) == ("redeem", 5 * 10**10)


def test_supplier__cash_short__joins_the_queue():
    move = moved(supplier(), 10, shares={"supplier-01": 10**11}, pool=vault(10, floating=50_000))
    assert move.function == "requestRedeem"


def test_supplier__rate_too_low__leaves_only_once_borrowers_had_their_time():
    assert moved(supplier(), 10, shares={"supplier-01": 10**11}, pool=vault(rate_apr=0.03)) is None
    move = moved(supplier(), 100, shares={"supplier-01": 10**11}, pool=vault(rate_apr=0.03))
    assert move.function == "redeem"


def test_supplier__greedy_at_a_high_rate__adds():
    move = moved(supplier(greed=True), 100, cash={"supplier-01": 1_000}, pool=vault(rate_apr=0.3))
    assert (move.function, move.args[0]) == ("deposit", 500 * UNIT)


def test_supplier__owed_money__claims_first():
    [move] = supplier().decide(look(owed={"supplier-01": 5}), 10)
    assert move.function == "claim"


def test_frights__two_at_most():
    mind, count = supplier(), 0
    for number in range(400):
        see = look(number * DAY, shares={"supplier-01": 10**11}, pool=vault(floating=50_000))
        count += len(mind.decide(see, 10))
    assert count == 2
