"""A small drawing board: scales, axes, lines, areas, bars as SVG. Colours are in the style sheet."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Final

Point = tuple[float, float]
Format = Callable[[float], str]
DAY: Final = 86_400
_HALF: Final = 700
"""Drawings up to this width stand side by side."""


def number(value: float) -> str:
    """A coordinate: short and stable."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values between two bounds."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def short_day(at: float) -> str:
    """`12 May`."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%b}"


def full_time(at: float) -> str:
    """`12 May 2022, 16:00`."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%b %Y, %H:%M}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from values to the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


@dataclass(slots=True)
class Hover:
    """One series as the pointer reads it."""

    name: str
    values: Sequence[float | None]
    style: str
    form: str = "{:,.2f}"

    def texts(self) -> list[str]:
        return ["" if value is None else self.form.format(value) for value in self.values]


@dataclass(slots=True)
class Chart:
    """One drawing. Coordinates inside are values, not pixels."""

    name: str
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: int = 1040
    height: int = 300
    left: int = 62
    right: int = 16
    top: int = 14
    bottom: int = 30
    x_form: Format = short_day
    y_form: Format = lambda value: f"{value:g}"
    label: str = ""
    parts: list[str] = field(default_factory=list)
    hovers: list[Hover] = field(default_factory=list)
    hover_x: Sequence[float] = ()
    hover_form: Format = full_time

    @property
    def x(self) -> Scale:
        return Scale(self.x_low, self.x_high, self.left, self.width - self.right)

    @property
    def y(self) -> Scale:
        return Scale(self.y_low, self.y_high, self.height - self.bottom, self.top)

    # -------------------------------------------------------------------- axes

    def grid(self, count: int = 5, ticks: Sequence[float] | None = None) -> Chart:
        """Horizontal lines with their values."""
        for value in nice_ticks(self.y_low, self.y_high, count) if ticks is None else ticks:
            y = number(self.y(value))
            self.parts.append(
                f'<line class="grid" x1="{self.left}" x2="{self.width - self.right}" y1="{y}" y2="{y}"/>'
            )
            self.parts.append(
                f'<text class="tick end" x="{self.left - 8}" y="{y}" '
                f'dy="4">{escape(self.y_form(value))}</text>'
            )
        return self

    def days(self, every: int = 7) -> Chart:
        """Dates below, one every so many days."""
        first = math.ceil(self.x_low / DAY) * DAY
        return self.marks([float(at) for at in range(int(first), int(self.x_high) + 1, every * DAY)])

    def marks(self, values: Sequence[float]) -> Chart:
        """Values below the drawing."""
        base = self.height - self.bottom
        for value in values:
            x = self.x(value)
            anchor = "end" if x > self.width - self.right - 14 else "mid"
            self.parts.append(
                f'<line class="stub" x1="{number(x)}" x2="{number(x)}" y1="{base}" y2="{base + 4}"/>'
            )
            self.parts.append(
                f'<text class="tick {anchor}" x="{number(x)}" '
                f'y="{base + 18}">{escape(self.x_form(value))}</text>'
            )
        return self

    # ------------------------------------------------------------------- marks

    def line(self, points: Sequence[Point], style: str, *, step: bool = False) -> Chart:
        """A line through points; with `step` it keeps each value until the next."""
        if points:
            self.parts.append(f'<path class="line {style}" d="{self._path(points, step)}"/>')
        return self

    def area(
        self, upper: Sequence[Point], lower: Sequence[Point], style: str, *, step: bool = False
    ) -> Chart:
        """The area between two lines over the same places."""
        if upper:
            there = self._path(upper, step)
            back = self._path(list(reversed(lower)), step, back=True).replace("M", "L", 1)
            self.parts.append(f'<path class="area {style}" d="{there}{back}Z"/>')
        return self

    def under(self, points: Sequence[Point], style: str, *, step: bool = False) -> Chart:
        """The area between a line and the lower edge."""
        return self.area(points, [(x, self.y_low) for x, _ in points], style, step=step)

    def level(self, value: float, style: str, text: str = "") -> Chart:
        """A horizontal line with a name at its right end."""
        y = number(self.y(value))
        edge = self.width - self.right
        self.parts.append(f'<line class="level {style}" x1="{self.left}" x2="{edge}" y1="{y}" y2="{y}"/>')
        if text:
            self.parts.append(
                f'<text class="note {style} end" x="{edge - 4}" y="{y}" dy="-5">{escape(text)}</text>'
            )
        return self

    def band(self, low: float, high: float, style: str, text: str = "") -> Chart:
        """A vertical stripe between two places, with a name at its top."""
        x, wide = self.x(low), self.x(high) - self.x(low)
        tall = self.height - self.bottom - self.top
        self.parts.append(
            f'<rect class="fill {style}" x="{number(x)}" y="{self.top}" width="{number(max(wide, 0.5))}" '
            f'height="{tall}"/>'
        )
        if text:
            self.parts.append(
                f'<text class="note mid {style}" x="{number(x + wide / 2)}" '
                f'y="{self.top + 14}">{escape(text)}</text>'
            )
        return self

    def bar(
        self, x_low: float, x_high: float, y_low: float, y_high: float, style: str, title: str = ""
    ) -> Chart:
        """A bar between four values; `title` shows under the pointer."""
        x, wide = self.x(x_low), self.x(x_high) - self.x(x_low)
        y, tall = self.y(y_high), self.y(y_low) - self.y(y_high)
        tip = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<rect class="fill {style}" x="{number(x)}" y="{number(y)}" width="{number(max(wide, 0.4))}" '
            f'height="{number(max(tall, 0.4))}" rx="1">{tip}</rect>'
        )
        return self

    def dot(self, x: float, y: float, size: float, style: str, title: str = "") -> Chart:
        tip = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<circle class="dot {style}" cx="{number(self.x(x))}" cy="{number(self.y(y))}" '
            f'r="{number(size)}">{tip}</circle>'
        )
        return self

    def text(self, x: float, y: float, text: str, style: str = "note", dy: float = 0) -> Chart:
        self.parts.append(
            f'<text class="{style}" x="{number(self.x(x))}" '
            f'y="{number(self.y(y) + dy)}">{escape(text)}</text>'
        )
        return self

    # ------------------------------------------------------------------ output

    def read(self, xs: Sequence[float], hovers: Sequence[Hover], form: Format = full_time) -> Chart:
        """What the pointer shows at each place."""
        self.hover_x, self.hovers, self.hover_form = xs, list(hovers), form
        return self

    def svg(self) -> str:
        """The drawing, with what the pointer needs beside it."""
        wide = " wide" if self.width > _HALF else ""
        label = f' aria-label="{escape(self.label)}"' if self.label else ""
        body = "".join(self.parts)
        data = ""
        if self.hovers:
            payload = {
                "x": [round(self.x(x), 1) for x in self.hover_x],
                "t": [self.hover_form(x) for x in self.hover_x],
                "w": self.width,
                "top": self.top,
                "base": self.height - self.bottom,
                "s": [{"n": h.name, "c": h.style, "v": h.texts()} for h in self.hovers],
            }
            data = f'<script type="application/json">{json.dumps(payload, separators=(",", ":"))}</script>'
        return (
            f'<div class="chart{wide}" id="{self.name}"><svg viewBox="0 0 {self.width} {self.height}" '
            f'role="img"{label}>'
            f'{body}<line class="cursor" y1="{self.top}" '
            f'y2="{self.height - self.bottom}"/></svg>{data}</div>'
        )

    def _path(self, points: Sequence[Point], step: bool, *, back: bool = False) -> str:
        x, y = self.x, self.y
        text = [f"M{number(x(points[0][0]))} {number(y(points[0][1]))}"]
        for previous, point in pairwise(points):
            if step:
                corner = (previous[0], point[1]) if back else (point[0], previous[1])
                text.append(f"L{number(x(corner[0]))} {number(y(corner[1]))}")
            text.append(f"L{number(x(point[0]))} {number(y(point[1]))}")
        return "".join(text)


def legend(*entries: tuple[str, str]) -> str:
    """Names with their colours: (style, name)."""
    items = "".join(f'<li><i class="key {style}"></i>{escape(name)}</li>' for style, name in entries)
    return f'<ul class="legend">{items}</ul>'


def strip(name: str, spans: Sequence[tuple[float, float, str, str]], low: float, high: float) -> str:
    """One thin row of coloured spans: (from, to, style, title)."""
    width, left, right, height = 1040, 62, 16, 14
    scale = Scale(low, high, left, width - right)
    rects = "".join(
        f'<rect class="fill {style}" x="{number(scale(a))}" y="1" '
        f'width="{number(max(scale(b) - scale(a), 0.6))}" '
        f'height="{height - 2}"><title>{escape(title)}</title></rect>'
        for a, b, style, title in spans
    )
    return (
        f'<div class="strip"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(name)}">'
        f'<text class="tick end" x="{left - 8}" y="11">{escape(name)}</text>{rects}</svg></div>'
    )
