// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {DebtMath} from "../common/math/DebtMath.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {NftRef} from "../common/types/NftTypes.sol";
import {IAuctionSeller} from "../liquidation/interfaces/IAuctionSeller.sol";
import {AuctionPhase} from "../liquidation/interfaces/ILiquidationAuction.sol";
import {OracleState} from "../pricing/interfaces/IFloorOracle.sol";
import {DeskBook} from "./DeskBook.sol";
import {IActReceiver} from "./interfaces/IActReceiver.sol";
import {Account, ActSteps, ICreditDesk, Mark, Notice, Pledge} from "./interfaces/ICreditDesk.sol";
import {Market} from "./interfaces/ILendingVault.sol";
import {Candidate, Health, ITierBook} from "./interfaces/ITierBook.sol";
import {AccountCodec} from "./libraries/AccountCodec.sol";
import {UnitWords} from "./libraries/UnitWords.sol";

/// @title CreditDesk
/// @notice See {ICreditDesk}. Every entry locks the group through the vault, works on a copy of the account, and writes
/// it back once.
/// @custom:kill Pausing the lending group stops borrowing, release with debt, notices, liquidations and sales; pledge,
/// repay, redeem and withdrawal without debt stay open.
contract CreditDesk is DeskBook, Multicall {
    using AccountCodec for Account;
    using AccountCodec for uint256;
    using DebtMath for uint256;
    using UnitWords for uint256;
    using WadMath for uint256;

    /* STORAGE */

    /// @dev Between `release` and `settled`: whose NFT is being sold, and the market as it was entered.
    address private transient _selling;
    uint256 private transient _sellingDebtAssets;
    uint256 private transient _sellingDebtShares;
    uint256 private transient _sellingClock;

    /* CONSTRUCTOR */

    constructor(
        address accessManager,
        address vault,
        address auction,
        address book,
        address appraisals,
        address operators
    ) DeskBook(accessManager, vault, auction, book, appraisals, operators) {}

    /* GOVERNANCE */

    /// @inheritdoc ICreditDesk
    function setMinDebt(uint256 assets) external restricted {
        minDebt = assets;
        emit MinDebtSet(assets);
    }

    /// @inheritdoc ICreditDesk
    function rescue(NftRef calldata nft, address receiver) external restricted {
        _enter();
        if (_pledges[nft.collection][nft.tokenId].owner != address(0)) {
            revert AlreadyPledged(nft.collection, nft.tokenId);
        }
        NftCustody.push(nft.collection, nft.tokenId, receiver);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function writeOff(address account) external restricted {
        Market memory m = _enter();
        Account memory a = _load(account);
        Health memory h = _measure(a.units);
        uint256 debt = _debt(a, m);
        if (a.flags & DISTRESSED == 0 || h.state == OracleState.Stale || debt <= h.reserveValue) {
            revert NothingToWriteOff(account);
        }
        uint256 shares = (debt - h.reserveValue).toSharesDown(m.debtAssets, m.debtShares);
        _loseDebt(account, a, m, shares);
        _remark(account, a, m, h);
        _store(account, a);
        _leave();
    }

    /* BORROWERS */

    /// @inheritdoc ICreditDesk
    function pledge(NftRef[] calldata nfts, address account) external {
        Market memory m = _enter();
        Account memory a = _load(account);
        _takeIn(account, a, nfts);
        _settleFlags(account, a, m, false);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function open(NftRef[] calldata nfts, uint256 assets, uint256 maxRate, address receiver) external {
        Market memory m = _enter();
        Account memory a = _load(msg.sender);
        _takeIn(msg.sender, a, nfts);
        _borrow(msg.sender, a, m, assets, maxRate, receiver);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function borrow(uint256 assets, uint256 maxRate, address account, address receiver) external onlyFor(account) {
        Market memory m = _enter();
        _borrow(account, _load(account), m, assets, maxRate, receiver);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function repay(uint256 assets, address account) external returns (uint256 repaid) {
        Market memory m = _enter();
        Account memory a = _load(account);
        repaid = _repay(account, a, m, assets);
        _settleFlags(account, a, m, false);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function withdraw(NftRef[] calldata nfts, address account, address receiver) external onlyFor(account) {
        Market memory m = _enter();
        _withdraw(account, _load(account), m, nfts, receiver);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function close(uint256 assets, NftRef[] calldata nfts, address receiver) external {
        Market memory m = _enter();
        Account memory a = _load(msg.sender);
        _repay(msg.sender, a, m, assets);
        _settleFlags(msg.sender, a, m, false);
        _withdraw(msg.sender, a, m, nfts, receiver);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function act(address account, ActSteps calldata steps, bytes calldata data) external onlyFor(account) {
        Market memory m = _enter();
        Account memory a = _load(account);
        uint256 debtBefore = _debt(a, m);
        _takeOut(account, a, steps.release, msg.sender);
        if (steps.borrowAssets != 0) _draw(account, a, m, steps.borrowAssets, steps.maxRate, msg.sender);
        bytes4 answer = IActReceiver(msg.sender).onAct(account, steps.borrowAssets, data);
        if (answer != IActReceiver.onAct.selector) revert BadActCallback(answer);
        _takeIn(account, a, steps.pledge);
        if (steps.repayAssets != 0) _repay(account, a, m, steps.repayAssets);
        bool exchanged = keccak256(abi.encode(steps.release)) != keccak256(abi.encode(steps.pledge));
        _requireActAllowed(account, a, m, debtBefore, steps.release.length != 0 && exchanged);
        _settleFlags(account, a, m, false);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function restamp(NftRef[] calldata nfts) external {
        Market memory m = _enter();
        for (uint256 i; i < nfts.length; ++i) {
            Pledge storage p = _pledged(nfts[i]);
            if (p.live) revert InAuction(nfts[i].collection, nfts[i].tokenId);
            address owner = p.owner;
            (uint256 units, uint256 expiresAt) = APPRAISALS.unitsOf(nfts[i].collection, nfts[i].tokenId);
            if (units > p.units && !_actsFor(owner)) revert OnlyOwnerRaises(owner);
            Account memory a = _load(owner);
            a.units = uint128(uint256(a.units).sub(p.place, p.units).add(p.place, units));
            p.units = uint16(units); // at most 300
            p.expiresAt = uint40(expiresAt);
            emit Restamped(owner, nfts[i].collection, nfts[i].tokenId, units, expiresAt);
            _settleFlags(owner, a, m, false);
            _store(owner, a);
        }
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function setSaleRanks(NftRef[] calldata nfts, uint8[] calldata ranks) external {
        if (nfts.length != ranks.length) revert CommonErrors.LengthMismatch(nfts.length, ranks.length);
        _enter();
        for (uint256 i; i < nfts.length; ++i) {
            Pledge storage p = _pledgedBy(msg.sender, nfts[i]);
            p.rank = ranks[i];
            emit SaleRankSet(msg.sender, nfts[i].collection, nfts[i].tokenId, ranks[i]);
        }
        _leave();
    }

    /* WATCH AND LIQUIDATE */

    /// @inheritdoc ICreditDesk
    function flag(address account) external {
        Market memory m = _enter();
        _requireRunning(m);
        Account memory a = _load(account);
        Health memory h = _measure(a.units);
        if (h.state == OracleState.Stale) revert ITierBook.PriceStale();
        uint256 debt = _debt(a, m);
        uint256 line = _line(h, WARN_BPS);
        if (debt < line || debt == 0) revert NotWarnable(debt, line);
        Notice storage n = _notices[account];
        if (_noticeLives(a, n, m)) revert NoticeLives(n.openedAt);
        n.flagger = msg.sender;
        n.openedAt = uint40(m.clock);
        a.flags |= NOTICE;
        emit NoticeOpened(account, msg.sender, debt, h.limit);
        _remark(account, a, m, h);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function clear(address account) external {
        Market memory m = _enter();
        Account memory a = _load(account);
        if (_noticeLives(a, _notices[account], m)) {
            Health memory h = _measure(a.units);
            uint256 debt = _debt(a, m);
            uint256 line = _line(h, CALM_BPS);
            if (debt >= line && debt != 0) revert NoticeInForce(debt, line);
        }
        _closeNotice(account, a);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function liquidate(address account, NftRef[] calldata nfts) external {
        Market memory m = _enter();
        _requireRunning(m);
        Account memory a = _load(account);
        Notice storage n = _notices[account];
        uint256 debt = _debt(a, m);
        uint256 noticeAge = _noticeLives(a, n, m) ? m.clock - n.openedAt : 0;
        Candidate[] memory all = _candidates(account, a, nfts);
        (Health memory h, uint256[] memory chosen) =
            BOOK.liquidation(a.units, debt, noticeAge, m.resumedAt, all, _behind);
        if (chosen.length == 0) revert NothingToSell();

        if (noticeAge == 0) n.flagger = address(0);
        // one start tip per account and day: a later starter does not displace the first
        if (n.starter == address(0) || m.clock >= uint256(n.startedAt) + 1 days) {
            n.starter = msg.sender;
            n.startedAt = uint40(m.clock);
        }
        emit LiquidationStarted(account, msg.sender, chosen.length, debt, h.limit);
        for (uint256 i; i < chosen.length; ++i) {
            _startAuction(nfts[chosen[i]], all[chosen[i]]);
        }
        a.liveCount += uint8(chosen.length); // at most 8 places * 31 auctions
        _remark(account, a, m, h);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function reclaim(address account, NftRef[] calldata nfts) external {
        Market memory m = _enter();
        Account memory a = _load(account);
        _reclaim(account, a, m, nfts);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function redeem(address account, uint256 maxAssets, NftRef[] calldata nfts) external returns (uint256 repaid) {
        Market memory m = _enter();
        Account memory a = _load(account);
        uint256 debt = _debt(a, m);
        uint256 excess = debt.zeroFloorSub(_measure(a.units).target);
        if (excess != 0) {
            excess = debt.min(excess + 2); // shares are burned rounded down
            uint256 needed = excess + excess.bpsUp(a.liveCount == 0 ? 0 : FINE_BPS);
            if (needed > maxAssets) revert RedeemTooDear(needed, maxAssets);
            repaid = _repay(account, a, m, needed);
        }
        _reclaim(account, a, m, nfts);
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function mark(address[] calldata accounts) external {
        Market memory m = _enter();
        for (uint256 i; i < accounts.length; ++i) {
            Account memory a = _load(accounts[i]);
            _remark(accounts[i], a, m, _measure(a.units));
            _store(accounts[i], a);
        }
        _leave();
    }

    /// @inheritdoc ICreditDesk
    function markDistressed(address account, NftRef calldata nft) external {
        Market memory m = _enter();
        Account memory a = _load(account);
        if (!_pledgedBy(account, nft).live) revert NotInAuction(nft.collection, nft.tokenId);
        (,, AuctionPhase phase) = AUCTION.priceOf(nft.collection, nft.tokenId);
        if (phase < AuctionPhase.Distressed) revert NotDistressed(nft.collection, nft.tokenId);
        if (a.flags & DISTRESSED == 0) emit AccountDistressed(account);
        a.flags |= DISTRESSED;
        _remark(account, a, m, _measure(a.units));
        _store(account, a);
        _leave();
    }

    /* AUCTION */

    /// @inheritdoc IAuctionSeller
    function release(address collection, uint256 tokenId, address receiver)
        external
        onlyAuction
        returns (address payTo)
    {
        Market memory m = _enter();
        _requireRunning(m);
        Pledge memory p = _pledges[collection][tokenId];
        Account memory a = _load(p.owner);
        Health memory h = _measure(a.units);
        uint256 debt = _debt(a, m);
        uint256 line = _line(h, RECOVERED_BPS);
        if (debt <= line) revert AuctionOver(debt, line);
        (_selling, _sellingDebtAssets, _sellingDebtShares, _sellingClock) =
        (p.owner, m.debtAssets, m.debtShares, m.clock);
        a.liveCount -= 1;
        _setLive(p.place, false);
        _remove(a, collection, tokenId, p);
        _store(p.owner, a);
        NftCustody.push(collection, tokenId, receiver);
        return address(VAULT);
    }

    /// @inheritdoc IAuctionSeller
    function settled(address collection, uint256 tokenId, uint256 proceeds, address settler) external onlyAuction {
        address account = _selling;
        _selling = address(0);
        Market memory m;
        (m.debtAssets, m.debtShares, m.clock) = (_sellingDebtAssets, _sellingDebtShares, _sellingClock);
        Account memory a = _load(account);
        Notice storage n = _notices[account];
        (uint256 shares, uint256 repaid, uint256 surplus) =
            VAULT.bookSale(account, a.debtShares, proceeds, n.flagger, n.starter, settler);
        _burn(a, m, shares, repaid);
        emit Sold(account, collection, tokenId, proceeds, repaid, shares, surplus);
        (address flagger, address starter) = (n.flagger, n.starter);
        _settleFlags(account, a, m, true);
        // after the loss: the reserve bears it before it pays anyone
        if (surplus == 0) VAULT.payTips(repaid, flagger, starter, settler);
        _store(account, a);
        _leave();
    }

    /// @inheritdoc IAuctionSeller
    function entered() external view returns (bool) {
        return VAULT.locked();
    }

    /* INTERNAL: MONEY */

    function _borrow(
        address account,
        Account memory a,
        Market memory m,
        uint256 assets,
        uint256 maxRate,
        address receiver
    ) internal {
        _requireUnwatched(account, a, m);
        _draw(account, a, m, assets, maxRate, receiver);
        _requireLoanAllowed(account, a, m);
        _setMark(account, a, 0, 0); // within the limit at fresh prices, so not under water
        _store(account, a);
    }

    function _draw(
        address account,
        Account memory a,
        Market memory m,
        uint256 assets,
        uint256 maxRate,
        address receiver
    ) internal {
        uint256 shares = VAULT.drawDown(receiver, assets, maxRate);
        uint256 sum = a.debtShares + shares;
        if (sum > type(uint96).max) revert CommonErrors.Overflow(sum, 96);
        a.debtShares = uint96(sum);
        m.debtAssets += assets;
        m.debtShares += shares;
        emit Borrowed(account, receiver, assets, shares);
    }

    function _repay(address account, Account memory a, Market memory m, uint256 assets)
        internal
        returns (uint256 repaid)
    {
        if (a.debtShares == 0) return 0;
        uint256 fineBps;
        address flagger;
        address starter;
        if (a.liveCount != 0) {
            Notice storage n = _notices[account];
            (fineBps, flagger, starter) = (FINE_BPS, n.flagger, n.starter);
        }
        uint256 shares;
        uint256 fine;
        (shares, repaid, fine) = VAULT.collectPayment(msg.sender, assets, a.debtShares, fineBps, flagger, starter);
        _burn(a, m, shares, repaid);
        emit Repaid(account, msg.sender, repaid, shares, fine);
        // No health check: repaying can only improve health.
    }

    function _burn(Account memory a, Market memory m, uint256 shares, uint256 assets) internal pure {
        a.debtShares -= uint96(shares); // at most the account's shares
        m.debtAssets = m.debtAssets.zeroFloorSub(assets);
        m.debtShares -= shares;
    }

    function _loseDebt(address account, Account memory a, Market memory m, uint256 shares) internal {
        uint256 assets = shares.toAssetsUp(m.debtAssets, m.debtShares);
        _setMark(account, a, 0, 0);
        VAULT.realiseLoss(account, shares);
        _burn(a, m, shares, assets);
    }

    /* INTERNAL: COLLATERAL */

    function _takeIn(address account, Account memory a, NftRef[] calldata nfts) internal {
        uint256 unitsBefore = _accounts[account].unitsOf();
        for (uint256 i; i < nfts.length; ++i) {
            (address collection, uint256 tokenId) = (nfts[i].collection, nfts[i].tokenId);
            (uint8 place, bool isOpen) = BOOK.placeOf(collection);
            if (unitsBefore.at(place) == 0) {
                // what an account holds none of must not make its prices worse; more of the same is always welcome
                if (!isOpen) revert ITierBook.CollectionClosed(collection);
                if (a.debtShares != 0 && BOOK.isStale(collection)) revert ITierBook.PriceStale();
            }
            Pledge storage p = _pledges[collection][tokenId];
            if (p.owner != address(0)) revert AlreadyPledged(collection, tokenId);
            (p.owner, p.units, p.place) = (account, uint16(FLOOR_UNITS), place);
            a.units = uint128(uint256(a.units).add(place, FLOOR_UNITS));
            _held += 1 << (place * 32); // a lane counts NFTs that exist: far below 2 ** 32
            if (++a.nftCount > MAX_NFTS) revert TooManyNfts(a.nftCount, MAX_NFTS);
            emit Pledged(account, collection, tokenId, FLOOR_UNITS, msg.sender);
            NftCustody.pull(collection, tokenId, msg.sender);
        }
    }

    function _takeOut(address account, Account memory a, NftRef[] calldata nfts, address receiver) internal {
        for (uint256 i; i < nfts.length; ++i) {
            (address collection, uint256 tokenId) = (nfts[i].collection, nfts[i].tokenId);
            Pledge memory p = _pledgedBy(account, nfts[i]);
            if (p.live) revert InAuction(collection, tokenId);
            _remove(a, collection, tokenId, p);
            emit Withdrawn(account, collection, tokenId, receiver);
            NftCustody.push(collection, tokenId, receiver);
        }
    }

    function _remove(Account memory a, address collection, uint256 tokenId, Pledge memory p) internal {
        a.units = uint128(uint256(a.units).sub(p.place, p.units));
        a.nftCount -= 1;
        _held -= 1 << (uint256(p.place) * 32);
        delete _pledges[collection][tokenId];
    }

    function _withdraw(address account, Account memory a, Market memory m, NftRef[] calldata nfts, address receiver)
        internal
    {
        _takeOut(account, a, nfts, receiver);
        if (a.debtShares != 0) {
            _requireRunning(m);
            _requireUnwatched(account, a, m);
            BOOK.requireBorrowable(a.units, _debt(a, m), 0);
        }
        _settleFlags(account, a, m, false);
        _store(account, a);
    }

    /* INTERNAL: WATCH */

    /// @dev The end of a touch: a loan without collateral is lost, a notice may have died, a mark may have changed.
    /// Accounts without notice and mark pay nothing for it, unless something was sold.
    function _settleFlags(address account, Account memory a, Market memory m, bool sold) internal {
        if (a.liveCount == 0) a.flags &= ~DISTRESSED;
        if (a.debtShares == 0) {
            _closeNotice(account, a);
            _setMark(account, a, 0, 0);
        } else if (a.nftCount == 0) {
            _closeNotice(account, a);
            _loseDebt(account, a, m, a.debtShares);
        } else if (sold || a.flags & (NOTICE | MARKED) != 0) {
            Health memory h = _measure(a.units);
            if (_debt(a, m) < _line(h, CALM_BPS)) _closeNotice(account, a);
            _remark(account, a, m, h);
        }
    }

    /// @dev While the prices are stale the last mark stays.
    function _remark(address account, Account memory a, Market memory m, Health memory h) internal {
        uint256 collateral = a.flags & DISTRESSED == 0 ? h.deep : h.reserveValue;
        if (h.state == OracleState.Stale) {
            if (a.flags & MARKED == 0) return;
            collateral = _marks[account].collateral;
        }
        if (_debt(a, m) > collateral) _setMark(account, a, a.debtShares, collateral);
        else _setMark(account, a, 0, 0);
    }

    function _setMark(address account, Account memory a, uint256 shares, uint256 collateral) internal {
        if (shares == 0 && a.flags & MARKED == 0) return;
        Mark memory old = _marks[account];
        if (old.shares == shares && old.collateral == collateral) return;
        VAULT.remark(old.shares, old.collateral, shares, collateral);
        _marks[account] = Mark(uint128(shares), uint128(collateral)); // collateral is below the debt, shares 96 bits
        a.flags = shares == 0 ? a.flags & ~MARKED : a.flags | MARKED;
        emit AccountMarked(account, shares, collateral);
    }

    function _closeNotice(address account, Account memory a) internal {
        if (a.flags & NOTICE == 0) return;
        a.flags &= ~NOTICE;
        // tips of auctions already started stay owed
        if (a.liveCount == 0) _notices[account].flagger = address(0);
        emit NoticeClosed(account);
    }

    /* INTERNAL: LIQUIDATION */

    function _candidates(address account, Account memory a, NftRef[] calldata nfts)
        internal
        view
        returns (Candidate[] memory all)
    {
        if (nfts.length != a.nftCount) revert ListIncomplete(nfts.length, a.nftCount);
        all = new Candidate[](nfts.length);
        for (uint256 i; i < nfts.length; ++i) {
            NftRef calldata nft = nfts[i];
            if (i != 0 && !_ascends(nfts[i - 1], nft)) revert ListIncomplete(i, a.nftCount);
            Pledge memory p = _pledgedBy(account, nft);
            Candidate memory c = all[i];
            (c.place, c.units, c.rank, c.live) = (p.place, p.units, p.rank, p.live);
            if (p.live) (c.auctionPrice,,) = AUCTION.priceOf(nft.collection, nft.tokenId);
        }
    }

    function _ascends(NftRef calldata x, NftRef calldata y) internal pure returns (bool) {
        return x.collection < y.collection || (x.collection == y.collection && x.tokenId < y.tokenId);
    }

    function _startAuction(NftRef calldata nft, Candidate memory c) internal {
        _pledges[nft.collection][nft.tokenId].live = true;
        _setLive(c.place, true);
        AUCTION.start(nft.collection, nft.tokenId, BOOK.auctionTerms(c.place, nft.tokenId, c.units));
    }

    function _reclaim(address account, Account memory a, Market memory m, NftRef[] calldata nfts) internal {
        Health memory h = _measure(a.units);
        uint256 debt = _debt(a, m);
        uint256 line = _line(h, RECOVERED_BPS);
        for (uint256 i; i < nfts.length; ++i) {
            (address collection, uint256 tokenId) = (nfts[i].collection, nfts[i].tokenId);
            Pledge storage p = _pledgedBy(account, nfts[i]);
            if (!p.live) revert NotInAuction(collection, tokenId);
            // one that nobody took for a day gives its slot to others; it may be started again
            uint256 startedAt = AUCTION.termsOf(collection, tokenId).startedAt;
            if (debt > line && m.clock < startedAt + SLOT_LIFE) revert NotRecovered(debt, line);
            p.live = false;
            a.liveCount -= 1;
            _setLive(p.place, false);
            emit Reclaimed(account, collection, tokenId, debt <= h.target);
            AUCTION.cancel(collection, tokenId);
        }
        _settleFlags(account, a, m, false);
        _store(account, a);
    }

    function _setLive(uint256 place, bool live) internal {
        uint256 one = 1 << (place * 32); // the lane holds at most 31
        _behind = live ? _behind + one : _behind - one;
    }

    /* INTERNAL: CHECKS */

    function _requireUnwatched(address account, Account memory a, Market memory m) internal {
        if (_isWatched(account, a, m)) revert UnderNotice(account);
        _closeNotice(account, a);
    }

    function _isWatched(address account, Account memory a, Market memory m) internal view returns (bool) {
        return a.liveCount != 0 || _noticeLives(a, _notices[account], m);
    }

    function _requireLoanAllowed(address account, Account memory a, Market memory m) internal view {
        uint256 debt = _debt(a, m);
        if (debt < minDebt) revert DebtTooSmall(debt, minDebt);
        BOOK.requireBorrowable(a.units, debt, _behind.shift(_accounts[account].unitsBehindOf(), a.unitsBehind()));
    }

    /// @dev Neither more debt nor fewer units than before: nothing to check, unless the account is watched and
    /// other NFTs came back than went out. More debt: as any loan. Else better off than before at the same prices and with nothing new, or
    /// within the loan-to-value limit, as new credit when units were swapped.
    function _requireActAllowed(address account, Account memory a, Market memory m, uint256 debtBefore, bool exchanged)
        internal
    {
        uint256 debt = _debt(a, m);
        if (debt == 0) return;
        uint256 unitsBefore = _accounts[account].unitsOf();
        if (debt > debtBefore) {
            _requireUnwatched(account, a, m);
            _requireLoanAllowed(account, a, m);
        } else if (uint256(a.units).anyLess(unitsBefore) || (exchanged && _isWatched(account, a, m))) {
            _requireRunning(m);
            bool swapped = unitsBefore.anyLess(a.units);
            Health memory h = _measure(a.units);
            if (!swapped && h.state != OracleState.Stale && debt * _measure(unitsBefore).value < debtBefore * h.value) {
                return;
            }
            _requireUnwatched(account, a, m);
            if (swapped) _requireLoanAllowed(account, a, m);
            else BOOK.requireBorrowable(a.units, debt, 0);
        }
    }
}
