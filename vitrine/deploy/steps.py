"""What a plan is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """The address of a contract of the deployment, known or predicted when it is used."""

    name: str


@dataclass(frozen=True, slots=True)
class Create:
    """Deploys `artifact` under `name`."""

    name: str
    artifact: str
    args: Sequence[Any] = ()

    @property
    def id(self) -> str:
        return f"create {self.name}"


@dataclass(frozen=True, slots=True)
class Known:
    """A contract of others that the network has: recorded under `name`, nothing is sent."""

    name: str
    artifact: str
    address: str


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """Contracts that know each other by immutable address: their addresses are predicted from the nonce.

    Nothing else may be sent in between; when something was, the whole group is deployed anew (a half group is
    referred to by nobody).
    """

    name: str
    members: Sequence[Create]

    @property
    def id(self) -> str:
        return f"group {self.name}"


@dataclass(frozen=True, slots=True)
class Check:
    """A view whose answer tells that an invocation has happened: `function(*args)[field] == expected`."""

    function: str
    args: Sequence[Any]
    expected: Any
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Invoke:
    """Calls a contract. `done` is asked after an interruption; without it the call may be repeated."""

    id: str
    target: str
    function: str
    args: Sequence[Any] = ()
    done: Check | None = None


Step = Create | CreateGroup | Invoke | Known


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, in order, and what is left to say about the result."""

    steps: Sequence[Step]
    asset: tuple[str | Ref, str, int]
    collections: Sequence[tuple[str, str | Ref]] = field(default=())

    def describe(self) -> list[str]:
        """One line per transaction."""
        lines = []
        for step in self.steps:
            if isinstance(step, CreateGroup):
                lines += [f"{member.id} ({step.name})" for member in step.members]
            elif not isinstance(step, Known):
                lines.append(step.id)
        return lines
