"""Who acts in tests, by role. The same name is the same key and address everywhere."""

from dataclasses import dataclass, field

from tests.helpers.accounts import Account
from tests.helpers.evm import DEPLOYER


def _named(name: str) -> Account:
    return Account(name)


def _crowd(name: str, count: int) -> tuple[Account, ...]:
    return tuple(Account(f"{name} {i}") for i in range(count))


@dataclass(frozen=True)
class Actors:
    """`actors.borrower`, `actors.borrowers[3]` …"""

    deployer: Account = DEPLOYER
    governor: Account = field(default_factory=lambda: _named("governor"))
    guardian: Account = field(default_factory=lambda: _named("guardian"))
    appraiser: Account = field(default_factory=lambda: _named("appraiser"))
    reporters: tuple[Account, ...] = field(default_factory=lambda: _crowd("reporter", 5))
    supplier: Account = field(default_factory=lambda: _named("supplier"))
    borrower: Account = field(default_factory=lambda: _named("borrower"))
    keeper: Account = field(default_factory=lambda: _named("keeper"))
    rival: Account = field(default_factory=lambda: _named("rival keeper"))
    taker: Account = field(default_factory=lambda: _named("taker"))
    operator: Account = field(default_factory=lambda: _named("operator"))
    receiver: Account = field(default_factory=lambda: _named("receiver"))
    thief: Account = field(default_factory=lambda: _named("thief"))
    stranger: Account = field(default_factory=lambda: _named("stranger"))
    suppliers: tuple[Account, ...] = field(default_factory=lambda: _crowd("supplier", 12))
    borrowers: tuple[Account, ...] = field(default_factory=lambda: _crowd("borrower", 60))
    takers: tuple[Account, ...] = field(default_factory=lambda: _crowd("taker", 6))


ACTORS = Actors()
