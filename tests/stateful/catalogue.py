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
    "MKT-1": "a pool holds at least its protocol fees and what it owes its providers, NFTs too",
    "MKT-2": "the royalty ledger holds at least what receivers may claim",
    "MKT-3": "standing bids hold every unit that is locked or credited and every NFT that is owed",
    "MKT-4": "a swap costs and brings exactly what was quoted, and leaves exactly the state that was quoted",
    "MKT-5": "what the shares of a pool stand for never falls by a swap",
    "MKT-6": "selling and buying back, or buying and selling back, profits nobody",
    "MKT-7": "the credit cap is never above the rule: governed, measured now, least of a day, paced",
    "MKT-8": "an exit pays at least the price of the auction and the caller's least, all of it to the vault",
    "MKT-9": "the best standing bid is served, the older of equals",
    "MKT-10": "events alone rebuild pools, shares, the royalty ledger and standing bids",
    "MKT-11": "exits and venues hold nothing between calls",
    "MKT-12": "providers, receivers and bidders can always take out what is theirs",
    # static
    "LOOP-11": "the price of a share falls only with a loss that was booked or marked",
    "LOOP-12": "nobody is richer after a transaction by more than its events grant",
}
