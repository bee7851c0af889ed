"""Daily judges: bad prints fall, real crashes and recoveries stand."""

import pandas as pd
import pytest

from vitrine.pricing.aggregates import DailyParams, judge_daily_collections, judge_daily_floor
from vitrine.pricing.reasons import Reason

DAY = 86_400


def floor_days(floors: list[float], means: list[float], sales: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time": [i * DAY for i in range(len(floors))],
            "floor_eth": floors,
            "volume_eth": [mean * sales for mean in means],
            "sales": [sales] * len(floors),
        }
    )


def verdicts(floors: list[float], means: list[float] | None = None) -> tuple[list[Reason], list[Reason]]:
    judged = judge_daily_floor(floor_days(floors, means or [1.2 * floor for floor in floors]))
    return tuple([Reason(int(c)) for c in judged[name]] for name in ("floor_reason", "volume_reason"))  # type: ignore[return-value]


def test_floor__print_alone_far_from_its_sales__rejected() -> None:
    floors = [70.0, 72.0, 71.0, 74.0, 41.0, 87.0]
    means = [84.0, 86.0, 85.0, 89.0, 95.0, 104.0]
    found, _ = verdicts(floors, means)
    assert found == [Reason.USED] * 4 + [Reason.FLOOR_JUMP, Reason.USED]


@pytest.mark.parametrize("step", [0.5, 0.7, 1.4, 2.0])
def test_floor__real_jump_with_its_sales__stands(step: float) -> None:
    found, volumes = verdicts([60.0] * 6 + [60.0 * step] * 3)
    assert found == volumes == [Reason.USED] * 9


def test_floor__no_later_day_is_needed__causal() -> None:
    floors, means = [70.0, 72.0, 71.0, 74.0, 41.0, 40.0, 39.0], [84.0, 86.0, 85.0, 89.0, 95.0, 50.0, 49.0]
    whole, _ = verdicts(floors, means)
    for length in range(1, 8):
        part, _ = verdicts(floors[:length], means[:length])
        assert part == whole[:length]


@pytest.mark.parametrize(
    ("ratio", "reason"),
    [(0.79, Reason.BELOW_FLOOR), (0.81, Reason.USED), (19.9, Reason.USED), (20.1, Reason.VOLUME_SPIKE)],
)
def test_volume__at_the_bounds__named(ratio: float, reason: Reason) -> None:
    floors = [50.0] * 7
    _, found = verdicts(floors, [60.0] * 6 + [50.0 * ratio])
    assert found == [Reason.USED] * 6 + [reason]


def test_floor__day_without_sales_or_floor__too_few() -> None:
    judged = judge_daily_floor(
        pd.DataFrame({"time": [0, DAY], "floor_eth": [50.0, 0.0], "volume_eth": [0.0, 60.0], "sales": [0, 1]})
    )
    assert judged["floor_reason"].tolist() == [Reason.USED, Reason.ZERO_PRICE]
    assert judged["volume_reason"].tolist() == [Reason.TOO_FEW, Reason.TOO_FEW]


def collection(rows: list[tuple[float, float, int, int]], contract: str = "0xa") -> pd.DataFrame:
    """(average, minimum, trades, buyers) per day."""
    return pd.DataFrame(
        [
            {
                "contract": contract,
                "time": i * DAY,
                "avg_eth": average,
                "min_eth": minimum,
                "max_eth": 2 * average,
                "trades": trades,
                "unique_buyers": buyers,
                "volume_eth": average * trades,
            }
            for i, (average, minimum, trades, buyers) in enumerate(rows)
        ]
    )


def judged(
    rows: list[tuple[float, float, int, int]], params: DailyParams | None = None
) -> tuple[list[int], list[int]]:
    found = judge_daily_collections(collection(rows), params)
    return found["min_reason"].tolist(), found["volume_reason"].tolist()


HONEST = (12.0, 9.0, 12, 10)
DUSTY = (12.0, 0.1, 12, 10)
WASHED = (140.0, 9.0, 12, 10)


def test_collection__honest_days__all_used() -> None:
    assert judged([HONEST] * 5) == ([Reason.USED] * 5, [Reason.USED] * 5)


def test_collection__dust_minimum_among_honest_sales__only_the_minimum_falls() -> None:
    assert judged([HONEST, HONEST, DUSTY]) == ([0, 0, Reason.DUST_MINIMUM], [0, 0, 0])


def test_collection__few_buyers_far_above_the_level__wash() -> None:
    minima, volumes = judged([HONEST, HONEST, WASHED, HONEST])
    assert volumes == [0, 0, Reason.WASH_COLLECTION, 0]
    assert minima == [0, 0, Reason.WASH_COLLECTION, 0]


def test_collection__many_buyers_pay_more__no_wash() -> None:
    assert judged([HONEST, HONEST, (140.0, 90.0, 500, 400)])[1] == [0, 0, 0]


def test_collection__wash_from_the_first_day__never_becomes_the_level() -> None:
    _, volumes = judged([(900.0, 850.0, 8, 2)] * 30)
    assert set(volumes) == {Reason.WASH_COLLECTION}


def test_collection__two_buyers__too_few_to_judge() -> None:
    assert judged([HONEST, (12.0, 11.0, 2, 2)])[1] == [0, Reason.TOO_FEW]


def test_collection__others_in_the_table__judged_apart() -> None:
    both = pd.concat([collection([HONEST] * 3, "0xb"), collection([(900.0, 850.0, 8, 2)] * 3)])
    found = judge_daily_collections(both)
    assert found["contract"].tolist() == ["0xa"] * 3 + ["0xb"] * 3
    assert found["volume_reason"].tolist() == [Reason.WASH_COLLECTION] * 3 + [Reason.USED] * 3
