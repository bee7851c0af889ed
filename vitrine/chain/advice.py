"""What each custom error means to a person: the fact with its numbers, and the next step.

Units after the colon: `money` asset units, `bps`, `wad` a share, `apr` a rate per second, `date` unix
seconds, `span` seconds, `state` of a price, `name` text in a bytes32, `id` a number without separators.
"""

from __future__ import annotations

from typing import Final

from vitrine.chain.advice_depth import DEPTH
from vitrine.chain.advice_exits import EXITS
from vitrine.chain.advice_pools import POOLS
from vitrine.chain.advice_routers import ROUTERS
from vitrine.chain.advice_seaport import SEAPORT

ADVICE: Final[dict[str, tuple[str, str]]] = {
    # common
    "Unauthorized": ("{caller} may not do this", "Send from an account that has the role"),
    "ZeroAddress": ("An address that must be set is zero", "Give the address"),
    "ZeroAmount": ("The amount is zero", "Give more than zero"),
    "LengthMismatch": (
        "Two lists that belong together have {left} and {right} entries",
        "Give as many of both",
    ),
    "DeadlineExpired": ("The deadline {deadline:date} has passed", "Sign again with a later deadline"),
    "OutOfBounds": ("{name:name} = {value} is outside {low} … {high}", "Choose a value inside the bounds"),
    "GroupPaused": (
        "The group {group:name} is paused",
        "Repaying, adding collateral and withdrawing stay open; the rest waits, at most 7 days",
    ),
    "GroupLocked": ("The contracts are in the middle of another call", "Send it again on its own"),
    "BadSignature": ("The signature is not by {signer}", "Sign exactly these terms with that account"),
    "RoundInThisBlock": ("A price round landed in this very block", "Send it again in the next block"),
    "Overflow": ("{value} does not fit {bits} bits", "Use a smaller number"),
    "NftNotMoved": (
        "After the transfer token {tokenId:id} of {collection} belongs to {owner}, not to {expected}",
        "The collection does not behave like an ERC-721; do not use it",
    ),
    # pauser
    "AlreadyPaused": ("The group {group:name} is paused already", "Nothing to do"),
    "NotPaused": ("The group {group:name} is not paused", "Nothing to do"),
    "PauseCoolingDown": (
        "The group {group:name} was paused a short time ago",
        "A new pause is possible from {allowedAt:date}",
    ),
    # tiers and prices
    "NoFreePlace": ("All eight places are taken", "Remove an empty collection, or deploy a second vault"),
    "CollectionListed": ("{collection} is listed already", "Change its terms instead"),
    "CollectionUnknown": (
        "{collection} is not listed here",
        "See `vitrine status` for the listed collections",
    ),
    "CollectionClosed": (
        "{collection} takes no new pledges or loans",
        "Repay or withdraw, or use another collection",
    ),
    "PlaceNotEmpty": (
        "{balance} tokens of {collection} are still in custody",
        "Wait until they are withdrawn",
    ),
    "TierUnsafe": (
        "The tier breaks 1.05 × LT ≤ (1 − discount − tip cap) × (1 − gap): {left} > {right} (of 100,000,000)",
        "Lower the threshold, the discount or the gap",
    ),
    "DebtAboveLimit": (
        "Debt would be {debt:money}, above the limit of {limit:money}",
        "Borrow less or add collateral",
    ),
    "PriceNotFresh": (
        "The price is {state:state}, this needs a Fresh one",
        "Post a round with `vitrine oracle post`, or wait for the reporters; repaying stays open",
    ),
    "CreditCapExceeded": (
        "{units} units of {collection} would stand behind debt, its cap is {cap}",
        "Borrow later, or against another collection",
    ),
    "PriceStale": (
        "The price is Stale, so no liquidation starts",
        "Post a round first: `vitrine oracle post`",
    ),
    "CollectionNotListed": ("The oracle has no source for {collection}", "See `vitrine oracle show`"),
    # desk
    "NotPledged": (
        "Token {tokenId:id} of {collection} is not pledged",
        "Check the id with `vitrine position`",
    ),
    "NotOfAccount": (
        "Token {tokenId:id} of {collection} is not pledged by {account}",
        "Name the account that pledged it",
    ),
    "InAuction": (
        "Token {tokenId:id} of {collection} is in auction",
        "Redeem it first: `vitrine auction redeem`",
    ),
    "NotInAuction": ("Token {tokenId:id} of {collection} is not in auction", "See `vitrine auction list`"),
    "PowerTooLarge": (
        "A power of {baseWad} or its result {resultWad} does not fit 128 bits",
        "Touch the vault more often",
    ),
    "TooManyNfts": ("The account would hold {count} NFTs, at most {most} fit", "Use a second account"),
    "TooManyUnits": (
        "The account would hold {units} units of one collection, 65,535 fit",
        "Use a second account",
    ),
    "DebtTooSmall": (
        "Debt would be {debt:money}, the least loan is {minDebt:money}",
        "Borrow more, or repay everything",
    ),
    "UnderNotice": ("{account} is under notice", "Repay or add collateral until the notice can be cleared"),
    "NotWarnable": ("Debt {debt:money} is below the warning line {line:money}", "Nothing to flag"),
    "NoticeLives": (
        "The account is under notice since {openedAt:date}",
        "Wait for its end, or for the grace",
    ),
    "NoticeInForce": (
        "The notice is in force: debt {debt:money}, clears below {line:money}",
        "Repay the rest first",
    ),
    "NotLiquidatable": ("Debt {debt:money} is below the limit {limit:money}", "Nothing to liquidate"),
    "NoRipeNotice": (
        "No ripe notice: it is {age:span} old, it counts from {graceSeconds:span}",
        "Flag the account, or wait until the grace is over",
    ),
    "GraceAfterPause": ("Liquidations wait after the pause", "They start again at {startsAt:date}"),
    "ListIncomplete": (
        "{listed} NFTs were listed, the account holds {held}",
        "List all of them in ascending order",
    ),
    "NothingToSell": ("No further auction is needed, or none fits under the limits", "Nothing to do"),
    "AuctionOver": (
        "The auction is over: debt {debt:money} is at most {line:money}, the account recovered",
        "Buy another one: `vitrine auction list`",
    ),
    "NotRecovered": ("Not recovered: debt {debt:money} is above {line:money}", "Repay more, or redeem"),
    "RedeemTooDear": ("Redeeming needs {needed:money}, at most {maxAssets:money} was allowed", "Allow more"),
    "OnlyOwnerRaises": ("Only {owner} may raise the units of this NFT", "Send it from the owner"),
    "NothingToWriteOff": ("{account} still has collateral worth waiting for", "Let its auctions run"),
    "NotDistressed": (
        "The auction of token {tokenId:id} of {collection} is within its standard band",
        "Mark the account in the usual way",
    ),
    "AlreadyPledged": ("Token {tokenId:id} of {collection} is pledged already", "Pledge another one"),
    "TooManyUnitsBehindDebt": (
        "No more units can stand behind debt here",
        "Borrow against another collection",
    ),
    "BadActCallback": ("The receiver of the callback answered {answer}", "Implement IActReceiver.onAct"),
    "BadClaimCallback": ("The handler of the claim answered {answer}", "Implement the claim handler"),
    "BadCallback": ("The taker's callback answered {answer}", "Implement IAuctionTaker.onTake"),
    "ClaimRunning": ("A flash claim is running", "Send it again on its own"),
    "LensMismatch": ("{given} was given, {expected} belongs to the others", "Deploy the lens anew"),
    # feeds and appraisals
    "QuorumMissing": (
        "{live} reports of reporters, {quorum} are needed",
        "Collect more: `vitrine oracle reporters` lists who counts",
    ),
    "NothingAccepted": (
        "No price of slot {slotAt:date} was taken: replayed, out of order, or outside its bounds",
        "Post the next slot, with prices inside the first-price band",
    ),
    "SlotMisaligned": ("Slot {slotAt:date} is not a multiple of {slotSeconds:span}", "Use a slot time"),
    "SlotInFuture": ("Slot {slotAt:date} is after the time of the block {now_:date}", "Wait for it"),
    "SlotTooOld": (
        "Slot {slotAt:date} is older than {oldest:date}, the oldest one taken",
        "Post a newer slot",
    ),
    "ReportersUnordered": (
        "The report of {next} comes after that of {previous}",
        "Order by address, each once",
    ),
    "ItemsUnordered": ("Feed {next:id} comes after feed {previous:id}", "Order by feed id, each once"),
    "ItemsMisaligned": (
        "The report of {reporter} is about other collections than the first one",
        "Carry reports about the same collections",
    ),
    "ReporterKnown": ("{reporter} is a reporter already", "Nothing to do"),
    "ReporterUnknown": ("{reporter} is not a reporter", "See `vitrine oracle reporters`"),
    "FeedKnown": ("{collection} is feed {id:id} already", "Change its band instead"),
    "FeedStateWrong": ("Feed {id:id} does not exist, or is in that state already", "Nothing to do"),
    "UnknownToFeed": ("The feed does not know {collection}", "List it there first"),
    "SourceRepeated": ("The source {feed} is named twice", "Name each source once"),
    "NoDataPresent": (
        "There is no price yet, or not of that round",
        "Post a round first: `vitrine oracle post`",
    ),
    "AppraisalExpired": ("The appraisal expired at {expiresAt:date}", "Ask for a new one"),
    "AppraisalNotNewer": (
        "The appraisal of {issuedAt:date} is not newer than the standing one",
        "Nothing to do",
    ),
    "AppraiserUnknown": ("{appraiser} does not appraise {collection}", "Use an appraisal of one who does"),
    "IssuedInFuture": (
        "The appraisal is dated {issuedAt:date}, after {now_:date}",
        "Check the clock of its signer",
    ),
    "ProofInvalid": (
        "The proof does not lead to the posted root",
        "Make it from the list the root was made of",
    ),
    "GasTooLow": (
        "{gasLeft} gas is left, reading the price feed needs {needed}",
        "Give it a higher gas limit",
    ),
    # vault
    "ArrivedShort": ("{arrived:money} arrived, {wanted:money} were sent", "The token takes a fee; send more"),
    "GroupNotHeld": ("Only the credit desk calls this", "Use `vitrine borrow` or `vitrine repay`"),
    "RateAboveMax": (
        "The rate is {rate:apr} a year, at most {maxRate:apr} was accepted",
        "Accept more, or wait",
    ),
    "UtilisationAboveMax": (
        "Utilisation would be {utilisationWad:wad}, nothing is lent above {maxWad:wad}",
        "Borrow less, or wait for repayments",
    ),
    "NotEnoughCash": (
        "{cash:money} of cash is free, {wanted:money} was asked for",
        "Ask for less, or queue: `vitrine lend queue`",
    ),
    "QueueNotEmpty": (
        "{waitingShares} shares wait to be redeemed",
        "Nothing new is lent before they are served",
    ),
    "RequestTooSmall": ("{shares} shares are below the least request of {minShares}", "Redeem more at once"),
    "NoSuchRequest": ("Request {id:id} is not an open request of this account", "See `vitrine lend show`"),
    "SupplyCapExceeded": (
        "There is room for {room:money} under the supply cap, not for {assets:money}",
        "Supply less",
    ),
    "NothingForIt": ("{assets:money} and {shares} shares: one side would be nothing", "Use a larger amount"),
    "RateParameterOutOfBounds": ("{name:name} = {value} is outside {low} … {high}", "Choose a value inside"),
    # auctions
    "NoAuction": ("There is no auction of token {tokenId:id} of {collection}", "See `vitrine auction list`"),
    "AuctionRunning": ("An auction of token {tokenId:id} of {collection} is running", "Nothing to start"),
    "PriceAboveMax": (
        "The price is {price:money}, at most {maxPrice:money} was allowed",
        "Raise --max, or wait",
    ),
    "RestartTooEarly": ("The auction may be restarted from {restartAt:date} on", "Wait until then"),
    "NoReference": (
        "There is no reference price for {collection}",
        "Post a round first: `vitrine oracle post`",
    ),
    # tokens and access, OpenZeppelin's
    "ERC20InsufficientAllowance": (
        "{spender} may spend {allowance:money} of this account, {needed:money} is needed",
        "Approve more, or let the command do it with --approve",
    ),
    "ERC20InsufficientBalance": (
        "{sender} has {balance:money}, {needed:money} is needed",
        "Use less, or fund the account first",
    ),
    "ERC721InsufficientApproval": (
        "{operator} may not move token {tokenId:id}",
        "Approve it, or let the command do it with --approve",
    ),
    "ERC721IncorrectOwner": (
        "Token {tokenId:id} belongs to {owner}, not to {sender}",
        "Use a token of your own",
    ),
    "ERC721NonexistentToken": ("There is no token {tokenId:id} in this collection", "Check the token id"),
    "ERC4626ExceededMaxWithdraw": (
        "{owner} can withdraw {max:money} now, {assets:money} was asked for",
        "Ask for less, or queue: `vitrine lend queue`",
    ),
    "ERC4626ExceededMaxRedeem": (
        "{owner} can redeem {max} shares now, {shares} was asked for",
        "Ask for less, or queue: `vitrine lend queue`",
    ),
    "ERC4626ExceededMaxDeposit": ("At most {max:money} can be supplied now", "Supply less"),
    "ERC4626ExceededMaxMint": ("At most {max} shares can be minted now", "Supply less"),
    "SafeERC20FailedOperation": (
        "The token {token} refused the transfer",
        "Check balance, allowance (--approve) and whether the token blocks an account",
    ),
    "AccessManagedUnauthorized": (
        "{caller} does not have the role for this",
        "Send it from an account that has it",
    ),
    "AccessManagerUnauthorizedAccount": (
        "{msgsender} lacks role {roleId}",
        "Send it from an account that has it",
    ),
    "AccessManagedRequiredDelay": (
        "{caller} may do this only after a delay of {delay:span}",
        "Schedule it at the Authority first, then send the same again once the delay is over",
    ),
    "AccessManagerUnauthorizedCall": ("{caller} may not call {target}", "Send it from an account that may"),
    "AccessManagerAlreadyScheduled": ("The operation is scheduled already", "Wait for its delay"),
    "AccessManagerExpired": ("The scheduled operation has expired", "Schedule it again"),
    "ERC721InvalidReceiver": ("{receiver} cannot receive NFTs", "Give another receiver"),
    "ERC20InvalidReceiver": ("{receiver} cannot receive the token", "Give another receiver"),
    "InvalidAccountNonce": (
        "The signature was used, or another came first",
        "Sign again with nonce {currentNonce:id}",
    ),
    "AccessManagerNotReady": ("The scheduled operation is not ready", "Wait for its delay"),
    "AccessManagerNotScheduled": (
        "The sender acts after a delay only, and this operation is not scheduled",
        "Schedule it at the Authority first, then send the same again once the delay is over",
    ),
    **DEPTH,
    **EXITS,
    **POOLS,
    **ROUTERS,
    **SEAPORT,
}

PANICS: Final[dict[int, str]] = {
    0x01: "an assertion did not hold",
    0x11: "arithmetic over- or underflow",
    0x12: "division by zero",
    0x21: "a value outside its enumeration",
    0x31: "pop of an empty array",
    0x32: "an array index out of range",
    0x41: "too much memory",
    0x51: "a call of an empty function",
}
