"""One scenario of mixed operations leaves the same storage, code, events and errors on pyrevm and Anvil."""

import pytest

from tests.conftest import make_driver
from tests.helpers.actors import ACTORS
from tests.helpers.compare import Recorder, assert_same
from tests.helpers.core import BORROWER, HOUR, KEEPER, MAX_RATE, SUPPLIER, TAKER
from tests.helpers.evm import ETHER
from tests.helpers.protocol import Signals, build_protocol
from tests.helpers.stateful import VARIANTS


def scenario(variant: str):
    """Supply, lend, warn, liquidate, take, queue, lose, pause; refusals among them."""

    def play(at: Recorder) -> None:
        p = build_protocol(at.driver, variant)
        run, driver, borrowers = at.run, at.driver, ACTORS.borrowers
        for i, supplier in enumerate(ACTORS.suppliers[:3]):
            p.fund(supplier, p.units(200_000))
            run(lambda who=supplier, n=i: p.vault.deposit(p.units(100_000 + n), who, sender=who))
        owned = [p.mint(who, 3) for who in borrowers[:4]] + [p.mint(borrowers[4], 2, p.thin)]
        for i, (who, refs) in enumerate(zip(borrowers[:5], owned, strict=True)):
            whole = (20_000, 55_000, 80_000, 89_000, 8_900)[i]
            run(lambda w=who, r=refs, a=whole: p.desk.open(r, p.units(a), MAX_RATE, w, sender=w))
        run(lambda: p.desk.borrow(p.units(50_000), MAX_RATE, borrowers[0], borrowers[0], sender=borrowers[0]))
        run(
            lambda: p.desk.borrow(p.units(500_000), MAX_RATE, borrowers[0], borrowers[0], sender=borrowers[0])
        )
        run(lambda: p.desk.borrow(1, 0, borrowers[1], borrowers[1], sender=borrowers[1]))
        run(lambda: p.desk.borrow(1, MAX_RATE, borrowers[1], KEEPER, sender=KEEPER))
        run(lambda: p.appraise(owned[0][0], 130))
        run(lambda: p.desk.restamp([owned[0][0]], sender=borrowers[0]))
        run(lambda: p.desk.restamp([owned[0][1]], sender=KEEPER))
        p.wait(30 * HOUR)
        run(lambda: p.vault.accrue(sender=KEEPER))
        for name in ("supplyAssets", "totalAssets", "cash", "utilisation", "rates", "debtTotals"):
            run(lambda view=name: getattr(p.vault, view)())
        run(
            lambda: p.vault.requestRedeem(
                p.vault.balanceOf(ACTORS.suppliers[0]), ACTORS.suppliers[0], sender=SUPPLIER
            )
        )
        request = p.vault.balanceOf(ACTORS.suppliers[0])
        run(lambda: p.vault.requestRedeem(request, ACTORS.suppliers[0], sender=ACTORS.suppliers[0]))
        run(lambda: p.vault.fillQueue(10, sender=KEEPER))
        p.fund(borrowers[0], p.units(100_000))
        run(lambda: p.desk.repay(p.units(5_000), borrowers[0], sender=borrowers[0]))
        run(lambda: p.desk.withdraw([owned[0][2]], borrowers[0], borrowers[0], sender=borrowers[0]))
        run(lambda: p.desk.withdraw([owned[3][2]], borrowers[3], borrowers[3], sender=borrowers[3]))
        with driver.same_block():
            p.eth_usd.set(p.eth_price, sender=KEEPER)
            run(lambda: p.desk.healthOf(borrowers[3]))
        p.walk_to(34_000)
        for who in borrowers[:4]:
            run(lambda w=who: p.desk.flag(w, sender=KEEPER))
            run(lambda w=who: p.desk.flag(w, sender=KEEPER))
        run(lambda: p.liquidate(owned[3], borrowers[3]))
        run(p.pause)
        run(lambda: p.desk.flag(borrowers[0], sender=KEEPER))
        p.wait(2 * HOUR)
        run(p.resume)
        p.wait(13 * HOUR)
        for who, refs in zip(borrowers[:4], owned, strict=False):
            run(lambda w=who, r=refs: p.liquidate(r, w))
        p.wait(4 * HOUR)
        for ref in owned[3]:
            run(lambda r=ref: p.auction.priceOf(*r))
            run(lambda r=ref: p.take(r, TAKER))
        p.fund(KEEPER, p.units(200_000))
        run(lambda: p.desk.redeem(borrowers[2], p.units(150_000), owned[2][:1], sender=KEEPER))
        run(lambda: p.desk.mark([w.address for w in borrowers[:5]], sender=KEEPER))
        run(
            lambda: p.post(
                {p.nft: Signals(39_000), p.thin: Signals(1.0, confidence_bps=3_000)}, ACTORS.reporters
            )
        )
        run(lambda: p.post({p.nft: Signals(39_000)}, ACTORS.reporters[:2]))
        p.set_eth(1_500)
        p.wait(25 * HOUR)
        run(lambda: p.desk.mark([w.address for w in borrowers[:5]], sender=KEEPER))
        for ref in owned[3]:
            run(lambda r=ref: p.take(r, TAKER))
        run(lambda: p.vault.claim(BORROWER, sender=borrowers[3]))
        run(lambda: p.vault.claim(BORROWER, sender=ACTORS.suppliers[0]))
        run(lambda: p.vault.redeem(10**9, SUPPLIER, ACTORS.suppliers[1], sender=ACTORS.suppliers[1]))
        driver.set_balance(KEEPER, ETHER)
        run(lambda: driver.send_value(KEEPER, p.vault, 1))

    return play


@pytest.mark.parametrize("variant", VARIANTS)
def test_scenario__fifty_mixed_operations__same_on_pyrevm_and_anvil(variant):
    drivers = [make_driver("pyrevm"), make_driver("anvil")]
    try:
        assert assert_same(scenario(variant), *drivers) >= 50
    finally:
        for driver in drivers:
            driver.close()
