"""Valuation of a collection from its trades, asks, bids and transfers, in ETH; see docs/pricing.md."""

from vitrine.pricing.frames import ANY_TOKEN, MISSING, NEVER, UNKNOWN, MarketFrames
from vitrine.pricing.multipliers import Multipliers
from vitrine.pricing.params import PricingParams
from vitrine.pricing.reasons import Reason
from vitrine.pricing.valuation import Judgement, Valuation, judge_collection, value_collection

__all__ = [
    "ANY_TOKEN",
    "MISSING",
    "NEVER",
    "UNKNOWN",
    "Judgement",
    "MarketFrames",
    "Multipliers",
    "PricingParams",
    "Reason",
    "Valuation",
    "judge_collection",
    "value_collection",
]
