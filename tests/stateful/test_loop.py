"""The closed loop under random play; the steps of all machines together reach the profile's budget."""

from tests.helpers.stateful import suite
from tests.stateful.loop import LoopMachine

test_loop = suite(LoopMachine, ci_steps=100_000)
