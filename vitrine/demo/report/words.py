"""What the page says beside its drawings. Line breaks mean nothing in HTML."""

from typing import Final

PRICE_LEAD: Final = """
What the market did, and what the protocol believed. Debt is owed in dollars, pieces are priced in ETH."""

CRASH_LEAD: Final = PRICE_LEAD + """ Most of this crash is the dollar price of ETH."""

PRICE: Final = """
The grey line is the cheapest ask in the market. The protocol never sees it: five reporters value the
collection from sales, asks and bids, the chain takes their median, and lends against <b>bid</b>, the lowest
of spot, average, sales and depth. Health is judged at <b>mid</b>. The average is kept in ETH and never in
dollars, so a falling dollar price reaches the loans without delay."""

THIN_PRICE: Final = """
A thinner collection: fewer sales, wider spreads, lower confidence and therefore smaller loans."""

EVIDENCE_LEAD: Final = """
Prices are only as good as what is thrown out. Planted among the trades: {planted}. One reporter lied in
{slots} slots, by up to {lie:.0f} %. The worst he achieved was to move a median by {moved:.2f} %, while the
honest reporters themselves were {spread:.2f} % apart. Another one always looks eight hours late."""

REJECTED: Final = """
Each trade or ask counts once, on the day it was first rejected. Round trips come to light only when the piece
comes back: until then the first leg looks like any sale."""

CONFIDENCE: Final = """
Few, scattered or old samples lower it. It scales what may be borrowed, never the liquidation threshold: noise
must not liquidate. The feed clamped {clamped} moves as too fast to be believed at once."""

LOANS_LEAD: Final = """
Sixty borrowers with different leverage and temper. Some top up when warned, some repay, some wait for the
auction and take their piece back, some do nothing."""

LTV: Final = """
At mid prices. A loan may be opened up to the limit; from seven points below the threshold anyone may warn; at
the threshold, after six hours of notice, auctions start. Half-way from the threshold to the deepest standard
discount no notice is needed any more."""

WATCH: Final = """
As seen after each round. Two keepers watch the same chain and race: {refused} of their, the takers' and the
traders' transactions came too late and were refused without doing anything."""

AUCTIONS_LEAD: Final = """
{auctions} auctions: {premium} sold above the band, {band} inside it, {distressed} in distress, {reserve} at
the reserve, {back} taken back. Takers have finite budgets and hold back on the worst days: nothing else makes
the losses."""

PATHS: Final = """
Price against the value at spot. The dark line is the path of the terms: it starts at 120 %, falls to 95 %
within an hour, to 85 % over the next six, then to the reserve of 50 %. Since the price is a multiple of the
reference of <i>now</i>, a path never lags behind the market. Rare pieces start higher, the thin collection
starts its band at 90 %."""

SALES: Final = """
Each dot is a piece, its size the price paid. On calm days takers compete and pieces go inside the band; when
their money is spent, prices have to fall until somebody bold has enough."""

DISCOUNTS: Final = """
Against the reference at the moment of the sale. The promise of five to fifteen per cent bounds the band, not
what happens after it."""

RECOVERY: Final = """
Of what each liquidated account owed, what its sales repaid. A column that is not full is a loss that had to
be borne by somebody."""

WAYS_LEAD: Final = """
An auction need not wait for somebody with money. The keepers quote every pool, every standing bid and every
Seaport bid at each look, and end an auction by the way that gains most after gas, as soon as one of them
pays its price. Nothing assigns a sale to a way: the prices do."""

WAYS: Final = """
What arrived at the vault against the reference at the moment of the sale. Pools lag behind a falling market
and bids are forgotten in it, so both may pay above the reference; each sale moves a pool down by a step."""

WAYS_TABLE: Final = """
Net of fees and royalties. Through a pool: settled into it, or taken and sold in one transaction by a keeper
without capital, who keeps what the pool pays above the price."""

MARKETS_LEAD: Final = """
Pools of three curves, a Seaport book and standing bids, each kept by parties of their own: market makers
reprice and take their money home in a fright, arbitrageurs bring pools back to the price, shoppers go where
it is cheapest. {bought_with_loan} pieces were bought with a loan, {sold_to_repay} sold to repay one. The
reporters still read the made market of the story: the chain's own few trades would be too thin a witness."""

VENUES: Final = """
By what pieces fetched, before fees; beside it the number of pieces."""

FEES: Final = """
A pool's fee stays with its market maker or its providers. The house takes its part of pool swaps and of
Seaport sales."""

ROYALTIES: Final = """
Collections answer ERC-2981. Pools owe the whole royalty; liquidations sell under the collection's policy,
which forgives a part or all of it. Makers of Seaport orders put it into the order, past the ledger."""

DEPTH: Final = """
Floor pieces that pools and locked bids would take within the deepest standard discount. The measured cap
falls at once, rises by a tenth of its ceiling a day, and counts only what was there at every reading of a
day. Three pieces are the depth the reporters sign for. Where more stands behind debt already, the cap calls
nobody's loan: it stops new ones."""

POOL_LEAD: Final = """
Twelve suppliers lend. Some leave when losses come in sight, some when the rate is too low, some come back
when it is high."""

RATE: Final = """
A year, as borrowers pay it. It falls at once and rises by a bounded number of points a day."""

SHARE: Final = """
First day = 100. Depositors pay for everything the vault owns on paper; leavers get that less the loss already
in sight. The red gap is what nobody can run away from."""

FLOATING: Final = """
Debt of marked accounts above what their pieces would bring at the deepest standard discount (or at the
reserve, once in distress). It turns into a recognised loss when the last piece of an account is sold."""

LOSSES_LEAD: Final = """
Loss is debt less net proceeds less all remaining collateral of the account. It has a published order: the
reserve, then cover (none is bought here), then suppliers through the price of their shares."""

WATERFALL: Final = """
In units of the asset, every digit. What is left over is zero, or something is wrong."""

LARGEST: Final = """
The reserve was followed through its own events: in each row it paid first and all it had. Still in sight at
the end: {floating}."""

MONEY_LEAD: Final = """
Profit and loss of every party as the protocol's events state it. One party's discount is another's; the sum
is zero to the unit."""

KINDS: Final = """
<i>Trade</i> is what a piece was bought below or sold above the mid of the moment; whoever trades bears fees
and royalty. <i>Exit</i> is what suppliers who left below the deposit price left to those who stayed.
<i>Rounding</i> is what sharing in whole units costs or brings each party; it ends in the dust."""

PARTIES: Final = """
Borrowers who lost their piece at a discount lose the discount; those whose debt was never repaid gain it.
Takers gain the discount at the moment of the sale, whatever became of the piece later."""

LINES: Final = """
Change on chain: balances, claims, debts and NFTs at the last round's mid, end less start. It has to be the
line by events plus what sold pieces did between their sale and the last round."""

PROOF_LEAD: Final = """
The audit read {events:,} events of {blocks:,} blocks from the node, rebuilt every balance, NFT, debt, mark
and quote from them, and compared {items:,} items with the chain's state and with the summary: {compared}."""

SOURCE: Final = """
Source of the daily figures: {source}. Everything between the daily closes, the thin collection, all traits
and all parties are made from seed {seed}; no real wallet is shown."""
