"""stub"""

from typing import Any


def render(outcome: Any, summary: Any) -> str:
    return ""
