"""Where to buy and to sell: offers of all markets, ranked by what they cost all in, made into plans for the
router."""

from vitrine.routing.buying import plan_buy, rank
from vitrine.routing.offers import Bid, GasPrice, Listing, PoolOffer, PoolQuoter, Trade
from vitrine.routing.plans import Fill, Leg, Plan, Terms
from vitrine.routing.pools import ModelQuoter
from vitrine.routing.selling import ladder, plan_sell
from vitrine.routing.wishes import Cheapest, These, Traits, Wish

__all__ = [
    "Bid",
    "Cheapest",
    "Fill",
    "GasPrice",
    "Leg",
    "Listing",
    "ModelQuoter",
    "Plan",
    "PoolOffer",
    "PoolQuoter",
    "Terms",
    "These",
    "Trade",
    "Traits",
    "Wish",
    "ladder",
    "plan_buy",
    "plan_sell",
    "rank",
]
