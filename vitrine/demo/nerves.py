"""When people who trade hold back: after a day that cost a tenth."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitrine.units import DAY

_FRIGHT = 90
"""Per cent of the highest level of a day."""


@dataclass(slots=True)
class Nerves:
    """What one trader saw of one price."""

    calm_after: int
    """Seconds a fright lasts."""
    past: list[tuple[int, int]] = field(default_factory=list)
    until: int = 0

    def afraid(self, level: int, now: int) -> bool:
        """Looks at the price of now."""
        self.past = [(at, then) for at, then in self.past if at > now - DAY] + [(now, level)]
        if level * 100 < max(then for _, then in self.past) * _FRIGHT:
            self.until = now + self.calm_after
        return now < self.until
