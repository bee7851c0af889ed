"""Roles of the access manager, and which restricted entry belongs to which."""

from __future__ import annotations

from typing import Final

ADMIN: Final = 0
GOVERNOR: Final = 1
GUARDIAN: Final = 2
REPORTER_ADMIN: Final = 3
APPRAISER: Final = 4

ROLE_NAMES: Final = {
    GOVERNOR: "governor",
    GUARDIAN: "guardian",
    REPORTER_ADMIN: "reporter admin",
    APPRAISER: "appraiser",
}

# A restricted entry that is missing here would fall to ADMIN: tests compare this table with the sources.
ENTRIES: Final[dict[str, dict[int, tuple[str, ...]]]] = {
    "Pauser": {GUARDIAN: ("pause", "resume")},
    "SignedFloorFeed": {
        GOVERNOR: ("list", "setBand", "setListed", "setQuorum"),
        REPORTER_ADMIN: ("addReporter", "removeReporter", "replaceReporter"),
    },
    "Appraisals": {
        GOVERNOR: ("setAppraiser",),
        APPRAISER: ("setRoot", "revoke", "revokeCollection"),
    },
    "FloorOracle": {GOVERNOR: ("setSources", "setPriceSource", "delist", "setBackupRate", "setPoolFeed")},
    "RoyaltyEngine": {GOVERNOR: ("setPolicy", "setEntitled")},
    "LendingVault": {
        GOVERNOR: (
            "setRateModel",
            "setCover",
            "setReserveFactor",
            "setMaxTip",
            "setMinRequest",
            "setSupplyCap",
        )
    },
    "LiquidationAuction": {GOVERNOR: ("setExit",)},
    "CreditDesk": {GOVERNOR: ("rescue", "setMinDebt", "writeOff")},
    "NFTPoolFactory": {GOVERNOR: ("setCurve", "setProtocolFee", "setFeeReceiver")},
    "MarketRouter": {GOVERNOR: ("setVenue",)},
    "DepthLens": {GOVERNOR: ("setPools",)},
    "TierBook": {GOVERNOR: ("addCollection", "removeCollection", "setTier", "setExitDepth")},
}
