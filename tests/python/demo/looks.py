"""Snapshots for actors, made by hand."""

from vitrine.demo.custody import Custody
from vitrine.demo.names import Names
from vitrine.demo.views import FRESH, LoanView, LotView, Piece, Price, Snapshot, VaultView

UNIT = 10**6
PIECE = Piece("punks", 1)
NAMES = Names({}, {}, "0xa", "0xb")


def price(mid=100_000, *, state=FRESH, confidence_bps=10_000):
    level = mid * UNIT
    return Price(level * 9 // 10, level, level, level, level, level, 0, 0, confidence_bps, state)


def loan(debt=50_000, *, value=100_000, notice_at=0, live=(), pieces=(PIECE,)):
    return LoanView(
        debt=debt * UNIT,
        value=value * UNIT,
        limit=value * 75 * UNIT // 100,
        target=value * 65 * UNIT // 100,
        deep=value * 85 * UNIT // 100,
        borrow_limit=value * 45 * UNIT // 100,
        notice_at=notice_at,
        live_count=len(live),
        pieces=tuple(pieces),
        live=tuple(live),
    )


def lot(asked=90_000, *, worth=100_000, piece=PIECE, started_at=0, units=100):
    return LotView(piece, "borrower-01", asked * UNIT, worth * UNIT, 2, units, started_at)


def vault(cash=1_000_000, *, floating=0, rate_apr=0.15, queued=0, shares=10**12, supply=2_000_000):
    rate = int(rate_apr * 10**18 / 31_536_000)
    return VaultView(
        cash * UNIT, 10**12, 0, floating * UNIT, supply * UNIT, supply * UNIT, shares, queued, rate, 0
    )


def look(
    at=1_000,
    *,
    loans=None,
    lots=(),
    cash=None,
    owed=None,
    shares=None,
    pool=None,
    fair=100_000,
    mid=100_000,
    custody=None,
    wallets=None,
):
    return Snapshot(
        at=at,
        prices={"punks": price(mid)},
        fair={"punks": fair * UNIT},
        loans=loans or {},
        lots=tuple(lots),
        vault=pool or vault(),
        cash={name: amount * UNIT for name, amount in (cash or {}).items()},
        custody=custody or Custody(NAMES),
        wallets=wallets or {},
        credits={name: amount * UNIT for name, amount in (owed or {}).items()},
        shares=shares or {},
    )
