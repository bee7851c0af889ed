import pytest

from tests.helpers.core import GOVERNOR, SUPPLIER
from tests.unit.lending.vault.rig import Rig, build_rig


@pytest.fixture
def rig(driver, asset) -> Rig:
    """An empty vault, in every asset variant."""
    return build_rig(driver, asset)


@pytest.fixture
def funded(rig: Rig) -> Rig:
    """One supplier put 1,000,000 in."""
    rig.deposit(rig.units(1_000_000), SUPPLIER)
    return rig


@pytest.fixture
def lent(funded: Rig) -> Rig:
    """Half of it is lent."""
    funded.draw(funded.units(500_000))
    return funded


@pytest.fixture
def plain(funded: Rig) -> Rig:
    """The same, and no interest goes to the reserve."""
    funded.vault.setReserveFactor(0, sender=GOVERNOR)
    funded.draw(funded.units(500_000))
    return funded
