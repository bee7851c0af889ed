"""What an account is expected to cost if nobody acts: a put on its collateral, for ordering only."""

from __future__ import annotations

import numpy as np

from vitrine.keepers.snapshot import Floats
from vitrine.units import BPS, DAY


def _normal_cdf(x: Floats) -> Floats:
    """Abramowitz and Stegun 7.1.26 for erf, within 1.5e-7."""
    z = np.abs(x) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = 1.0 - poly * np.exp(-z * z)
    return np.asarray(0.5 * (1.0 + np.sign(x) * erf))


def expected_loss(debt: Floats, collateral: Floats, volatility_bps: int, horizon: int) -> Floats:
    """Mean of max(0, debt − collateral) after `horizon` seconds.

    The collateral moves by a normal step of `volatility_bps` a day. Rises with debt, volatility and time.
    """
    spread = np.maximum(collateral * (volatility_bps / BPS) * np.sqrt(horizon / DAY), 1e-9)
    short = (debt - collateral) / spread
    density = np.exp(-0.5 * np.minimum(short * short, 1e4)) / np.sqrt(2.0 * np.pi)
    return np.asarray(np.maximum(spread * (short * _normal_cdf(short) + density), 0.0))
