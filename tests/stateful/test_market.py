"""The markets under random play."""

from tests.helpers.stateful import suite
from tests.stateful.market import MarketMachine

test_market = suite(MarketMachine, ci_steps=20_000)
