"""Thin things: a bot's round, keepers built from a deployment."""

import pytest

from tests.helpers.core import HOUR, KEEPER, SUPPLIER
from tests.python.keepers.desks import BOTS, Floor
from vitrine.errors import ChainError, StateError
from vitrine.keepers import bots
from vitrine.keepers.build import spending_of
from vitrine.keepers.decide import Params


def test_on_block__round_and_trouble__numbers_either_way():
    floor = Floor.build([(29_000, 1)])
    bot = floor.keeper()
    floor.core.price(34_000)
    assert bots.on_block(bot) == {"actions": 1.0, "liquidatable": 1.0, "warnable": 1.0, "errors": 0.0}

    def gone(*_, **__):
        raise ChainError("The node does not answer", "Try again")

    floor.bridge.block = gone
    assert bots.on_block(bot) == {"errors": 1.0}


def test_bots__unknown_name__attribute_error():
    with pytest.raises(AttributeError):
        bots.taker  # noqa: B018


def test_claim__credit_above_the_threshold__paid_out():
    floor = Floor.build([(29_000, 1)])
    core = floor.core
    bot = floor.keeper(params=Params(claim_above=1))
    core.price(36_000)
    bot.step()
    floor.bridge.mine()
    core.take(floor.live()[0])
    owed = core.vault.creditOf(BOTS[0])
    assert owed > 0
    bot.step()
    floor.bridge.mine()
    assert core.vault.creditOf(BOTS[0]) == 0
    assert core.asset.balanceOf(BOTS[0]) == owed
    bot.step()
    assert bot.metrics.get("reward_units", kind="claim") == owed


def test_claim__below_the_threshold__left():
    floor = Floor.build([(29_000, 1)])
    floor.core.vault.requestRedeem(10**13, SUPPLIER, sender=SUPPLIER)
    floor.core.vault.fillQueue(5, sender=KEEPER)
    bot = floor.keeper(params=Params(claim_above=10**30))
    floor.core.driver.warp(HOUR)
    bot.step()
    assert floor.bridge.sent == []


class _Money:
    decimals = 6


class _Oracle:
    def __init__(self, rate):
        self.rate = rate

    def rate_wad(self):
        return self.rate


class _Deployment:
    def __init__(self, rate):
        self.oracle, self.money = _Oracle(rate), _Money()


def test_spending__rate_of_the_oracle__wei_per_unit():
    spending = spending_of(_Deployment(2_000 * 10**18))
    assert spending.wei_per_unit * 2_000 * 10**6 == 10**18


def test_spending__no_rate__one_clear_sentence():
    with pytest.raises(StateError, match="no ETH/USD price"):
        spending_of(_Deployment(0))
