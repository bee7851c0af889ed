// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPauser} from "../common/interfaces/IPauser.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {NftRef} from "../common/types/NftTypes.sol";
import {Account, ICreditDesk, Mark, Notice, Pledge} from "../lending/interfaces/ICreditDesk.sol";
import {ILendingVault} from "../lending/interfaces/ILendingVault.sol";
import {ITierBook, Tier} from "../lending/interfaces/ITierBook.sol";
import {AuctionPhase, ILiquidationAuction} from "../liquidation/interfaces/ILiquidationAuction.sol";
import {IFloorOracle, Quote} from "../pricing/interfaces/IFloorOracle.sol";
import {AccountView, AuctionView, IAccountLens, MarketView, PlaceView} from "./interfaces/IAccountLens.sol";

/// @title AccountLens
/// @notice See {IAccountLens}.
/// @custom:kill None: it holds nothing, stores nothing and is trusted by nobody.
contract AccountLens is IAccountLens {
    using DebtMath for uint256;
    using WadMath for uint256;

    /* TYPES */

    /// @dev What a floor piece of a place adds: its mid, and thresholds in basis points.
    struct Weight {
        uint256 mid;
        uint256 ltBps;
        bool loaded;
    }

    /* CONSTANTS */

    /// @inheritdoc IAccountLens
    uint256 public constant RECORD = 128;
    uint256 internal constant HEAD = 64;
    uint256 internal constant PLACES = 8;
    uint256 internal constant UNITS_PER_FLOOR = 100;
    // the lines of {ICreditDesk}, below L, in basis points of V
    uint256 internal constant WARN_BPS = 700;
    uint256 internal constant CALM_BPS = 1000;
    uint256 internal constant RECOVERED_BPS = 500;

    /* IMMUTABLES */

    ICreditDesk public immutable DESK;
    ILendingVault public immutable VAULT;
    ITierBook public immutable BOOK;
    ILiquidationAuction public immutable AUCTION;
    IFloorOracle public immutable ORACLE;
    IPauser public immutable PAUSER;
    bytes32 public immutable PAUSE_GROUP;

    /* CONSTRUCTOR */

    constructor(address desk, address vault, address book, address auction, address oracle) {
        VAULT = ILendingVault(vault);
        if (VAULT.DESK() != desk) revert LensMismatch(desk, VAULT.DESK());
        DESK = ICreditDesk(desk);
        BOOK = ITierBook(book);
        AUCTION = ILiquidationAuction(auction);
        ORACLE = IFloorOracle(oracle);
        PAUSER = IPauser(VAULT.PAUSER());
        PAUSE_GROUP = VAULT.PAUSE_GROUP();
    }

    /* PAGES */

    /// @inheritdoc IAccountLens
    function accounts(address[] calldata list) external view returns (AccountView[] memory page) {
        page = new AccountView[](list.length);
        for (uint256 i; i < list.length; ++i) {
            AccountView memory v = page[i];
            v.account = DESK.accountOf(list[i]);
            v.notice = DESK.noticeOf(list[i]);
            v.mark = DESK.markOf(list[i]);
            (v.debt, v.health) = DESK.healthOf(list[i]);
            v.warnLine = _line(v.health.limit, v.health.value, WARN_BPS);
            v.calmLine = _line(v.health.limit, v.health.value, CALM_BPS);
            v.recoveredLine = _line(v.health.limit, v.health.value, RECOVERED_BPS);
        }
    }

    /// @inheritdoc IAccountLens
    function packed(address[] calldata list) external view returns (bytes memory page) {
        page = new bytes(HEAD + list.length * RECORD);
        uint256 at = _head(page);
        for (uint256 i; i < list.length; ++i) {
            at = _record(at, list[i], DESK.accountOf(list[i]));
        }
    }

    /// @inheritdoc IAccountLens
    function packedAtRisk(address[] calldata list) external view returns (bytes memory page) {
        page = new bytes(HEAD + list.length * (RECORD + 32));
        uint256 first = _head(page);
        uint256 at = first;
        Weight[8] memory weights;
        (uint256 debtAssets, uint256 debtShares) = VAULT.debtTotals();
        for (uint256 i; i < list.length; ++i) {
            Account memory a = DESK.accountOf(list[i]);
            if (a.flags == 0 && a.liveCount == 0) {
                if (a.debtShares == 0) continue;
                uint256 debt = uint256(a.debtShares).toAssetsUp(debtAssets, debtShares);
                if (debt < _warnLine(a.units, weights)) continue;
            }
            address account = list[i];
            assembly ("memory-safe") {
                mstore(at, account)
            }
            at = _record(at + 32, account, a);
        }
        assembly ("memory-safe") {
            mstore(page, add(sub(at, first), 64)) // only what was written; HEAD bytes came before it
        }
    }

    /// @inheritdoc IAccountLens
    function market() external view returns (MarketView memory m) {
        m.blockNumber = block.number;
        m.timestamp = block.timestamp;
        (m.clock, m.paused, m.resumedAt) = PAUSER.status(PAUSE_GROUP);
        (m.debtAssets, m.debtShares) = VAULT.debtTotals();
        m.cash = VAULT.cash();
        m.reserve = VAULT.reserve();
        m.supplyAssets = VAULT.supplyAssets();
        m.supplyShares = VAULT.totalSupply();
        m.floatingBadDebt = VAULT.floatingBadDebt();
        (m.markedShares, m.markedCollateral) = VAULT.marks();
        m.queuedShares = VAULT.queuedShares();
        (m.queueHead, m.queueTail) = VAULT.queueBounds();
        (m.rate, m.targetRate) = VAULT.rates();
        m.maxTip = VAULT.maxTip();
        m.minDebt = DESK.minDebt();
        m.behind = DESK.behindDebt();
        for (uint8 i; i < PLACES; ++i) {
            PlaceView memory p = m.places[i];
            (p.collection, p.tier) = BOOK.tierAt(i);
            if (p.collection == address(0)) continue;
            try ORACLE.quote(p.collection) returns (Quote memory q) {
                (p.quote, p.quoted) = (q, true);
            } catch {}
        }
    }

    /// @inheritdoc IAccountLens
    function auctions(NftRef[] calldata nfts) external view returns (AuctionView[] memory page) {
        page = new AuctionView[](nfts.length);
        for (uint256 i; i < nfts.length; ++i) {
            AuctionView memory v = page[i];
            (address collection, uint256 tokenId) = (nfts[i].collection, nfts[i].tokenId);
            v.account = DESK.pledgeOf(collection, tokenId).owner; // closed while locked
            v.terms = AUCTION.termsOf(collection, tokenId);
            if (v.terms.startedAt == 0) continue;
            try AUCTION.priceOf(collection, tokenId) returns (uint256 price, uint256 worth, AuctionPhase phase) {
                (v.price, v.worth, v.phase) = (price, worth, phase);
            } catch {}
        }
    }

    /// @inheritdoc IAccountLens
    function pledges(NftRef[] calldata nfts) external view returns (Pledge[] memory page) {
        page = new Pledge[](nfts.length);
        for (uint256 i; i < nfts.length; ++i) {
            page[i] = DESK.pledgeOf(nfts[i].collection, nfts[i].tokenId);
        }
    }

    /* INTERNAL */

    /// @dev Writes the head of a page and returns where its records begin.
    function _head(bytes memory page) internal view returns (uint256 at) {
        uint256 when = (block.number << 64) | block.timestamp;
        bytes32 parent = blockhash(block.number - 1);
        assembly ("memory-safe") {
            at := add(page, 32)
            mstore(at, when)
            mstore(add(at, 32), parent)
            at := add(at, 64)
        }
    }

    /// @dev Writes the record of an account at memory position `at` and returns the position after it.
    function _record(uint256 at, address account, Account memory a) internal view returns (uint256) {
        uint256 word = uint256(a.debtShares) | (uint256(a.units) << 96) | (uint256(a.nftCount) << 224);
        word |= (uint256(a.liveCount) << 240) | (uint256(a.flags) << 248);
        if (word == 0) return at + RECORD;
        Notice memory n = DESK.noticeOf(account);
        uint256 flagged = (uint256(uint160(n.flagger)) << 96) | n.openedAt;
        uint256 started = (uint256(uint160(n.starter)) << 96) | n.startedAt;
        uint256 marked;
        if (a.flags != 0) {
            Mark memory k = DESK.markOf(account);
            marked = (uint256(k.shares) << 128) | k.collateral;
        }
        assembly ("memory-safe") {
            mstore(at, word)
            mstore(add(at, 32), flagged)
            mstore(add(at, 64), started)
            mstore(add(at, 96), marked)
        }
        return at + RECORD;
    }

    /// @dev The warning line of a unit word, with the quote of each place read once per page.
    function _warnLine(uint256 units, Weight[8] memory weights) internal view returns (uint256) {
        uint256 value;
        uint256 limit;
        for (uint8 place; units != 0; ++place) {
            uint256 count = units & 0xffff;
            units >>= 16;
            if (count == 0) continue;
            Weight memory w = weights[place];
            if (!w.loaded) _load(w, place);
            uint256 worth = w.mid.mulDivDown(count, UNITS_PER_FLOOR);
            value += worth;
            limit += worth.bpsDown(w.ltBps);
        }
        return _line(limit, value, WARN_BPS);
    }

    function _load(Weight memory w, uint8 place) internal view {
        (address collection, Tier memory tier) = BOOK.tierAt(place);
        w.ltBps = tier.ltBps;
        w.loaded = true;
        // an unpriced place leaves the mid at 0: its accounts are shown rather than lost
        try ORACLE.quote(collection) returns (Quote memory q) {
            w.mid = q.mid;
        } catch {}
    }

    function _line(uint256 limit, uint256 value, uint256 bps) internal pure returns (uint256) {
        return limit.zeroFloorSub(value.bpsUp(bps));
    }
}
