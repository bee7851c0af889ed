"""A protocol on Anvil, everything the loop can do done to it, and the project's own view of it."""

from typing import Any

from tests.helpers import artifacts
from tests.helpers.actors import ACTORS
from tests.helpers.anvil import AnvilDriver
from tests.helpers.bridge import wrap
from tests.helpers.core import DAY, GOVERNOR, GUARDIAN, HOUR, KEEPER, MAIN_TIER, MAX_RATE, TAKER, tier
from tests.helpers.evm import Contract
from tests.helpers.protocol import Protocol, Signals, build_protocol
from vitrine.chain.abibook import AbiBook
from vitrine.chain.client import Chain
from vitrine.indexer.handlers import KINDS
from vitrine.indexer.source import Target

SUPPLIERS, BORROWERS = ACTORS.suppliers[:4], ACTORS.borrowers[:8]


def deploy(driver: AnvilDriver, variant: str = "6dec") -> tuple[Protocol, Contract]:
    p = build_protocol(driver, variant)
    return p, driver.deploy("AccountLens", p.desk, p.vault, p.book, p.auction, p.oracle)


def watched(p: Protocol) -> dict[str, Contract]:
    """By artifact."""
    return {
        "LendingVault": p.vault,
        "CreditDesk": p.desk,
        "LiquidationAuction": p.auction,
        "TierBook": p.book,
        "Pauser": p.pauser,
        "Operators": p.operators,
        "SignedFloorFeed": p.feed,
        "FloorOracle": p.oracle,
        "Appraisals": p.appraisals,
        "MockAggregatorV3": p.eth_usd,
    }


def target_of(p: Protocol, lens: Contract, markets: dict[str, Contract]) -> Target:
    contracts = watched(p) | markets
    kinds = {contract.address: kind for kind, contract in contracts.items()}
    return Target({kind: wrap(contract) for kind, contract in contracts.items()}, kinds, 1, wrap(lens))


def chain_of(driver: AnvilDriver) -> Chain:
    return Chain(driver.url, AbiBook([artifacts.load(name).abi for name in (*KINDS, "AccountLens")]))


def life(p: Protocol) -> list[tuple[str, int]]:
    """Everything: supply, loans, appraisals, operators, queue, notices, auctions of every end, losses.
    Returns what still is in auction."""
    one = SUPPLIERS[0]
    for number, supplier in enumerate(SUPPLIERS):
        p.fund(supplier, p.units(400_000))
        p.vault.deposit(p.units(200_000 + number), supplier, sender=supplier)
    refs: dict[str, list[Any]] = {who.address: p.mint(who, 3) for who in BORROWERS[:6]}
    refs |= {who.address: p.mint(who, 2, p.thin) for who in BORROWERS[6:]}
    borrowed = (20_000, 55_000, 80_000, 89_000, 70_000, 85_000, 8_900, 5_000)
    for who, whole in zip(BORROWERS, borrowed, strict=True):
        p.desk.open(refs[who.address], p.units(whole), MAX_RATE, who, sender=who)
    first = refs[BORROWERS[0].address]
    p.operators.setOperator(KEEPER, True, sender=BORROWERS[0])
    p.operators.setOperator(TAKER, True, sender=BORROWERS[0])
    p.operators.setOperator(TAKER, False, sender=BORROWERS[0])
    p.appraise(first[0], 130)
    p.appraise(first[1], 110)
    p.desk.restamp([first[0], first[1]], sender=KEEPER)
    p.appraisals.revoke(*first[1], sender=GOVERNOR)
    p.appraisals.setRoot(p.thin, b"\x11" * 32, sender=GOVERNOR)
    p.desk.restamp([first[1]], sender=TAKER)
    p.desk.setSaleRanks([first[2]], [1], sender=BORROWERS[0])
    p.wait(30 * HOUR)
    p.vault.setReserveFactor(1_500, sender=GOVERNOR)
    p.vault.setMaxTip(p.units(150), sender=GOVERNOR)
    p.book.setTier(p.thin, tier(**MAIN_TIER | {"ltvBps": 2_500, "ltBps": 7_000}), sender=GOVERNOR)
    p.vault.transfer(TAKER, 12_345, sender=one)
    p.vault.requestRedeem(p.vault.balanceOf(one) // 2, one, sender=one)
    p.vault.requestRedeem(p.vault.balanceOf(SUPPLIERS[1]), SUPPLIERS[1], sender=SUPPLIERS[1])
    p.vault.requestRedeem(p.vault.balanceOf(SUPPLIERS[2]) // 3, SUPPLIERS[2], sender=SUPPLIERS[2])
    p.vault.cancelRequest(1, sender=SUPPLIERS[1])
    p.vault.fillQueue(10, sender=KEEPER)
    p.vault.claim(one, sender=one)
    p.fund(BORROWERS[0], p.units(100_000))
    p.desk.repay(p.units(5_000), BORROWERS[0], sender=BORROWERS[0])
    p.desk.withdraw([first[2]], BORROWERS[0], BORROWERS[0], sender=BORROWERS[0])
    p.fund(KEEPER, p.units(1_000))
    p.vault.fundReserve(p.units(777), sender=KEEPER)
    crash(p, refs)
    return [ref for held in refs.values() for ref in held if p.auction.termsOf(*ref).startedAt]


def crash(p: Protocol, refs: dict[str, list[Any]]) -> None:
    p.walk_to(34_000)
    voices, slot = p.reporters[:4], p.next_slot()
    said = [p.item(p.nft, Signals(34_000 if number else 0)) for number in range(4)]
    p.feed.update(
        slot, [p.report(who, slot, [item]) for who, item in zip(voices, said, strict=True)], sender=KEEPER
    )
    warned = [who for who in BORROWERS[1:6] if p.debt(who) >= p.health(who).limit * 93 // 100]
    assert len(warned) >= 3
    for who in warned:
        p.flag(who)
    p.pauser.pause(p.vault.PAUSE_GROUP(), sender=GUARDIAN)
    p.wait(2 * HOUR)
    p.pauser.resume(p.vault.PAUSE_GROUP(), sender=GUARDIAN)
    p.wait(13 * HOUR)
    started = []
    for who in warned:
        if p.debt(who) >= p.health(who).limit:
            p.liquidate(refs[who.address], who)
            started.append(who)
    assert len(started) >= 2
    saved = started[0]
    live = [ref for ref in p.sorted(refs[saved.address]) if p.desk.pledgeOf(*ref).live]
    p.fund(saved, p.units(200_000))
    p.desk.redeem(saved, p.units(150_000), live, sender=saved)  # redeemed: goes on without its auctions
    p.wait(4 * HOUR)
    for who in started[1:]:
        for ref in refs[who.address]:
            if p.desk.pledgeOf(*ref).live:
                p.take(ref, TAKER)
                break
    # a fall in dollars that leaves debts above everything they are secured by
    p.set_eth(1_300)
    p.desk.mark([who.address for who in BORROWERS], sender=KEEPER)
    p.wait(7 * HOUR)
    for who in BORROWERS:
        if p.debt(who) and p.debt(who) >= p.health(who).limit:
            held = [ref for ref in refs[who.address] if p.desk.pledgeOf(*ref).owner == who.address]
            if held and not all(p.desk.pledgeOf(*ref).live for ref in held):
                p.liquidate(held, who)
    p.wait(8 * HOUR)
    doomed = [who for who in BORROWERS if p.desk.accountOf(who).liveCount]
    assert doomed
    for who in doomed[:3]:
        for ref in refs[who.address]:
            if p.desk.pledgeOf(*ref).live:
                p.desk.markDistressed(who, ref, sender=KEEPER)
                p.take(ref, TAKER)
    p.post({p.nft: Signals(39_000), p.thin: Signals(1.0, confidence_bps=3_000)}, ACTORS.reporters)
    left = [ref for who in doomed[3:] for ref in refs[who.address] if p.desk.pledgeOf(*ref).live]
    p.wait(DAY)
    if left:
        p.auction.restart(*left[0], sender=KEEPER)
    p.vault.accrue(sender=KEEPER)
