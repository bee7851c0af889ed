"""What the vault's views add to what is booked: interest up to the block that is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract, signature_function
from vitrine.indexer.scribe import GROUP
from vitrine.models.interest import MAX_ELAPSED, RateModel, accrue, utilisation
from vitrine.units import WAD

_FOLLOW = signature_function("follow(uint256,uint256,uint256)", "uint256,uint256")
_STATUS = signature_function("status(bytes32)", "uint256,bool,uint256")


def booked(
    chain: Chain, vault: Contract, book: Mapping[str, int], factor_bps: int, block: int
) -> tuple[int, int]:
    """Debt and reserve of the index, accrued to `block` as the vault does it.

    The rate and the time it is charged for are the chain's; the amounts are the index's.
    """
    model, path, pauser = chain.read_many([vault.rateModel(), vault.ratePath(), vault.PAUSER()], block=block)
    group = GROUP.encode().ljust(32, b"\0")
    clock = chain.read(Call(pauser, _STATUS.encode([group]), _STATUS), block=block)[0]
    elapsed = clock - path.clock
    if elapsed == 0 or book["debt_assets"] == 0:
        return book["debt_assets"], book["reserve"]
    used = utilisation(book["cash"], book["debt_assets"])
    asked = [path.anchorRate, used, min(elapsed, MAX_ELAPSED)]
    average = chain.read(Call(model, _FOLLOW.encode(asked), _FOLLOW), block=block)[0]
    flat = RateModel(average, average, average, WAD // 2)
    done = accrue(
        flat,
        average,
        elapsed,
        cash=book["cash"],
        debt_assets=book["debt_assets"],
        debt_shares=book["debt_shares"],
        marked_shares=book["marked_shares"],
        reserve_factor_bps=factor_bps,
    )
    return book["debt_assets"] + done.interest, book["reserve"] + done.to_reserve
