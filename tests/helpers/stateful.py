"""Stateful machines: counted steps, success rates per rule, numbered invariants, step budgets over shards.

    class LoopMachine(Machine):
        @rule(data=st.data())
        def repay(self, data):
            account = data.draw(st.sampled_from(self.open), label="account")
            self.attempt(lambda: self.desk.repay(…, sender=account), "DebtTooSmall")

        @invariant()
        def solvent(self):
            check("LEND-1", …)

    test_loop = suite(LoopMachine, ci_steps=60_000)

A step is a rule that sent a transaction. A suite plays until its budget is used up, in shards that xdist can
spread. Rules that succeed in fewer than 10 % of their attempts fail the session: they test nothing.
"""

import functools
import os
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import stateful as hypothesis_stateful
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.helpers.evm import Revert, Tx
from tests.stateful.catalogue import INV

PROFILE = os.environ.get("VITRINE_TEST_PROFILE") or os.environ.get("PROFILE") or "quick"
BUDGET_OF = {"quick": 0.05, "ci": 1.0, "nightly": 10.0}  # share of the ci budget
CI_STEPS = 100_000
STEPS_PER_EXAMPLE = 60
LEAST_SUCCESS = 0.10
LEAST_ATTEMPTS = 50  # below, a rate says nothing
VARIANTS = ("6dec", "18dec", "usdt")

Stats = dict[str, list[int]]  # "Machine.rule" -> [attempts, successes]
STATS: Stats = defaultdict(lambda: [0, 0])
USED: set[str] = set()


def check(identifier: str, ok: bool, detail: Any = "") -> None:
    """Assert a catalogued invariant under its id."""
    if identifier not in INV:
        raise KeyError(f"invariant {identifier} is not in the catalogue")
    USED.add(identifier)
    if not ok:
        raise AssertionError(f"{identifier}: {INV[identifier]}. {detail() if callable(detail) else detail}")


class Machine(RuleBasedStateMachine):
    """Base of all machines. `variant` is the asset: `6dec`, `18dec` or `usdt`."""

    variant = "6dec"

    def __init__(self) -> None:
        super().__init__()
        self._sent = self._succeeded = 0

    def attempt(self, call: Callable[[], Tx], *allowed: str) -> Tx | None:
        """Send a transaction; None when it reverts with an `allowed` error. Any other revert is a failure."""
        self._sent += 1
        try:
            tx = call()
        except Revert as error:
            if error.halt or error.name not in allowed:
                raise
            note(f"reverted: {error}")
            return None
        self._succeeded += 1
        return tx


def rule(**strategies: Any) -> Callable[[Callable[..., Any]], Any]:
    """Hypothesis' `rule`, counted."""

    def decorate(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def counted(self: Machine, *args: Any, **kwargs: Any) -> Any:
            self._sent = self._succeeded = 0
            try:
                return function(self, *args, **kwargs)
            finally:
                if self._sent:
                    entry = STATS[f"{type(self).__name__.partition('[')[0]}.{function.__name__}"]
                    entry[0] += 1
                    entry[1] += self._succeeded > 0

        return hypothesis_stateful.rule(**strategies)(counted)

    return decorate


def steps_of(stats: Stats) -> int:
    return sum(attempts for attempts, _ in stats.values())


def machine_settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS_PER_EXAMPLE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )


PLANNED: dict[str, int] = {}  # suite -> steps under the ci profile


def suite(machine: type[Machine], ci_steps: int, variants: Sequence[str] = VARIANTS, shards: int = 2) -> Any:
    """A pytest test that plays `machine` for its share of the steps, over asset variants and shards."""
    PLANNED[machine.__name__] = ci_steps
    budget = max(STEPS_PER_EXAMPLE, int(ci_steps * BUDGET_OF[PROFILE] / (len(variants) * shards)) + 1)

    @pytest.mark.parametrize("shard", range(shards))
    @pytest.mark.parametrize("variant", variants)
    def test_machine(variant: str, shard: int) -> None:
        base = random.SystemRandom().randrange(2**32) if PROFILE == "nightly" else 0
        play(machine, variant, budget, base + shard)

    test_machine.__name__ = f"test_{machine.__name__}"
    return test_machine


def play(machine: type[Machine], variant: str, budget: int, seed: int) -> int:
    """Run `machine` until `budget` steps are done; the seed decides everything."""
    body = {"variant": variant}
    done, round_ = 0, 0
    while done < budget:
        before = steps_of(STATS)
        case = type(f"{machine.__name__}[{variant}]", (machine,), body)
        case._hypothesis_internal_use_seed = (seed << 16) + round_  # type: ignore[attr-defined]
        # the first example of a round is the smallest possible, so a round has at least ten
        examples = max(10, -(-(budget - done) // STEPS_PER_EXAMPLE))
        try:
            run_state_machine_as_test(case, settings=machine_settings(examples))
        except BaseException as error:
            error.add_note(f"machine {machine.__name__}, variant {variant}, seed {(seed << 16) + round_}")
            raise
        gained = steps_of(STATS) - before
        assert gained, f"{machine.__name__} sends no transactions"
        done += gained
        round_ += 1
    return done


# ---------------------------------------------------------------- the session's report


def merge(into: Stats, other: Stats) -> None:
    for key, (attempts, successes) in other.items():
        entry = into.setdefault(key, [0, 0])
        entry[0] += attempts
        entry[1] += successes


def idle_rules(stats: Stats) -> list[str]:
    """Rules that fail too often to test anything."""
    return [k for k, (a, s) in sorted(stats.items()) if a >= LEAST_ATTEMPTS and s < LEAST_SUCCESS * a]


def table(stats: Stats) -> list[str]:
    lines = [f"stateful steps: {steps_of(stats):,} (profile {PROFILE})"]
    for key, (attempts, successes) in sorted(stats.items()):
        lines.append(f"  {key:<48} {attempts:>8,}  {100 * successes / attempts:5.1f} %")
    return lines
