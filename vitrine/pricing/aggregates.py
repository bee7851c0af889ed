"""Judging daily figures (floors, volumes, minima) of markets known only by the day.

Causal: no row is judged by a later one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vitrine.pricing.reasons import Reason
from vitrine.pricing.stats import Codes, Floats

DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyParams:
    """Bounds of the daily judges."""

    jump: float = 0.25
    """A floor this far (log) from the days before is doubted; it falls if the day's sales contradict it."""
    memory: int = 3
    """Accepted days that a floor is compared with."""
    ratio_memory: int = 30
    """Days whose average sale / floor is remembered."""
    below_floor: float = 0.8
    """An average sale below this share of the floor is no market price (private sale, bundle, gift)."""
    spike: float = 20.0
    """An average sale above this multiple of the floor is a flash loan or a wash trade."""
    coherent: float = 0.3
    """A day is coherent when its minimum is at least this share of its average, from 3 buyers on."""
    level_days: int = 60
    dust: float = 0.4
    """A minimum below this share of the collection's level is dust, a gift, or a bundle split."""
    wash: float = 5.0
    """A daily average above this multiple of the level, made by few buyers, is wash volume."""
    few_buyers: int = 25


def judge_daily_floor(days: pd.DataFrame, params: DailyParams | None = None) -> pd.DataFrame:
    """`days` of one collection (time, floor_eth, volume_eth, sales) with `floor_reason` and `volume_reason`.

    A floor print falls when it leaves the days before while the day's average sale stays with them: real
    crashes and recoveries move both.
    """
    rules = params or DailyParams()
    floor, sales = days["floor_eth"].to_numpy(np.float64), days["sales"].to_numpy(np.float64)
    mean = np.divide(
        days["volume_eth"].to_numpy(np.float64), sales, out=np.full(len(days), np.nan), where=sales > 0
    )
    floors, volumes = np.zeros(len(days), dtype=np.int8), np.zeros(len(days), dtype=np.int8)
    accepted: list[float] = []
    ratios: list[float] = []
    for day in range(len(days)):
        if not floor[day] > 0:
            floors[day], volumes[day] = Reason.ZERO_PRICE, Reason.TOO_FEW
            continue
        ratio = float(mean[day] / floor[day])
        doubted = len(accepted) >= 3
        jump = float(np.log(floor[day] / np.median(accepted[-rules.memory :]))) if doubted else 0.0
        usual = float(np.median(ratios[-rules.ratio_memory :])) if len(ratios) >= 3 else np.nan
        against = float(np.log(ratio / usual)) if ratio > 0 and usual > 0 else np.nan
        if abs(jump) > rules.jump and against * np.sign(jump) < -rules.jump:
            floors[day] = Reason.FLOOR_JUMP
            reference = float(np.median(accepted[-rules.memory :]))
        else:
            accepted.append(float(floor[day]))
            reference = float(floor[day])
        if np.isnan(ratio):
            volumes[day] = Reason.TOO_FEW
        elif mean[day] > rules.spike * reference:
            volumes[day] = Reason.VOLUME_SPIKE
        elif mean[day] < rules.below_floor * reference:
            volumes[day] = Reason.BELOW_FLOOR
        elif floors[day] == Reason.USED:
            ratios.append(ratio)
    return days.assign(floor_reason=floors, volume_reason=volumes)


def judge_daily_collections(days: pd.DataFrame, params: DailyParams | None = None) -> pd.DataFrame:
    """`days` of many collections with `min_reason` and `volume_reason`: are minimum and average prices?"""
    rules = params or DailyParams()
    ordered = days.sort_values(["contract", "time"], kind="stable", ignore_index=True)
    minima, volumes = np.zeros(len(ordered), dtype=np.int8), np.zeros(len(ordered), dtype=np.int8)
    for rows in ordered.groupby("contract", sort=False).indices.values():
        minima[rows], volumes[rows] = _judge_collection(ordered.iloc[rows], rules)
    return ordered.assign(min_reason=minima, volume_reason=volumes)


def _judge_collection(days: pd.DataFrame, rules: DailyParams) -> tuple[Codes, Codes]:
    names = ("avg_eth", "min_eth", "trades", "unique_buyers")
    average, minimum, trades, buyers = (days[name].to_numpy(np.float64) for name in names)
    time = days["time"].to_numpy(np.int64)
    minima, volumes = np.zeros(len(days), dtype=np.int8), np.zeros(len(days), dtype=np.int8)
    coherent = np.zeros(len(days), dtype=np.bool_)
    for day in range(len(days)):
        recent = np.arange(day)[time[:day] > time[day] - rules.level_days * DAY]
        level = _median(average[recent[coherent[recent]]])
        honest = recent[volumes[recent] == Reason.USED]
        reference = level if level is not None else _median(minimum[np.append(honest, day)])
        few = buyers[day] <= rules.few_buyers
        churned = level is None and buyers[day] <= rules.few_buyers / 2 and trades[day] >= 2 * buyers[day] > 0
        far = few and reference is not None and average[day] >= rules.wash * reference
        if far or churned:
            volumes[day] = Reason.WASH_COLLECTION
        elif buyers[day] < 3:
            volumes[day] = Reason.TOO_FEW
        if minimum[day] <= 0:
            minima[day] = Reason.ZERO_PRICE
        elif minimum[day] < rules.dust * (level if level is not None else average[day]):
            minima[day] = Reason.DUST_MINIMUM
        elif volumes[day] == Reason.WASH_COLLECTION:
            minima[day] = Reason.WASH_COLLECTION
        coherent[day] = volumes[day] == Reason.USED and minimum[day] >= rules.coherent * average[day]
    return minima, volumes


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if len(values) else None
