"""The numbered invariants of the protocol, one line each.

Every id is checked under its own name by `check(id, …)`; tests/arch proves that none is unused. *Static* ones
hold after every transaction while price and time stand still, *dynamic* ones always.
"""

INV: dict[str, str] = {
    # dynamic
    "LOOP-1": "the vault holds at least its cash and all credits",
    "LOOP-2": "cash + debt covers the claims of suppliers and the reserve",
    "LOOP-3": "every escrowed NFT has exactly one claim, and accounts count what they claim",
    "LOOP-4": "the debt shares of accounts add up to the vault's",
    "LOOP-5": "units behind debt and live auctions add up over accounts, per collection",
    "LOOP-6": "floating bad debt is the marked debt less the marked collateral of the accounts",
    "LOOP-7": "events alone rebuild cash, reserve, debt, shares, credits, accounts and NFTs",
    "LOOP-8": "exits stay open: repay, pledge, debt-free withdrawal, redemption, claim",
    "LOOP-9": "an auction starts only, and whenever, the model says that it is due",
    "LOOP-10": "a sale happens only above the recovery line, at the price of the model",
    # static
    "LOOP-11": "the price of a share falls only with a loss that was booked or marked",
    "LOOP-12": "nobody is richer after a transaction by more than its events grant",
}
