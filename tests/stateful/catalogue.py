"""The numbered invariants of the protocol, one line each.

Every id is checked under its own name by `check(id, …)`; tests/arch proves that none is unused. *Static* ones
hold after every transaction while price and time stand still, *dynamic* ones always.
"""

INV: dict[str, str] = {}
