"""Who keeps a devnet alive."""

from vitrine.cli.world import Dollar, Miner, keepers_of
from vitrine.keepers.depth import DepthKeeper
from vitrine.keepers.liquidator import Liquidator
from vitrine.keepers.reporter import Reporter
from vitrine.sdk.facade import Vitrine


def test_keepers_of__a_deployment__everybody_it_needs_and_a_round_of_each(priced: Vitrine) -> None:
    keepers = keepers_of(priced)
    kinds = [type(keeper) for keeper in keepers]
    assert kinds[:2] == [Miner, Dollar]
    assert kinds[2:] == [*[Reporter] * (len(kinds) - 4), DepthKeeper, Liquidator]
    assert kinds.count(Reporter) >= 3
    lens = priced.contract("DepthLens")
    (where, *_) = [item.address for item in priced.deployment.collections]
    assert priced.chain.read(lens.gaugeOf(where)).readings == 0
    for keeper in keepers:
        keeper.step()
    assert priced.chain.read(lens.gaugeOf(where)).readings == 1
