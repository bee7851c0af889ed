// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {IAppraisals} from "../pricing/interfaces/IAppraisals.sol";
import {IFloorOracle, OracleState, Quote} from "../pricing/interfaces/IFloorOracle.sol";
import {IExitVenue} from "./interfaces/IExitVenue.sol";
import {IStandingBids, StandingBid} from "./interfaces/IStandingBids.sol";

/// @title StandingBids
/// @notice See {IStandingBids}.
/// @custom:kill The auction house unlists it; bids then fill no more, end at their expiry or a day after their cancel,
/// and everything stays claimable. Nobody can stop claims.
contract StandingBids is IStandingBids, ReentrancyGuardTransient {
    using MeasuredTransfer for IERC20;
    using SafeERC20 for IERC20;
    using WadMath for uint256;

    /* TYPES */

    /// @dev All that decides who is served, one slot: 8 + 2 + 2 + 5 + 1 + 12 = 30.
    struct Rung {
        uint64 bidId;
        uint16 priceBps;
        uint16 quantity;
        uint40 endsAt;
        bool cancelled;
        uint96 maxPrice;
    }

    /// @dev Two slots: whose bid it is, and in which book it stands.
    struct Ticket {
        address bidder;
        address collection;
    }

    /* CONSTANTS */

    /// @inheritdoc IStandingBids
    uint256 public constant CANCEL_DELAY = 24 hours;
    /// @inheritdoc IStandingBids
    uint256 public constant MAX_LIFE = 365 days;
    /// @inheritdoc IStandingBids
    uint256 public constant MAX_BIDS = 32;
    /// @inheritdoc IStandingBids
    uint256 public constant MIN_PRICE_BPS = 5_000;
    /// @inheritdoc IStandingBids
    uint256 public constant MAX_PRICE_BPS = 15_000;
    uint256 internal constant UNITS_PER_FLOOR = 100;

    /* IMMUTABLES */

    /// @notice The auction house, the only seller.
    address public immutable AUCTION;
    IFloorOracle public immutable ORACLE;
    IAppraisals public immutable APPRAISALS;
    IERC20 public immutable ASSET;

    /* STORAGE */

    /// @dev In no order: what is best depends on the value of the NFT; the older has the lower id.
    mapping(address collection => Rung[]) internal _books;
    mapping(uint256 bidId => Ticket) internal _tickets;
    mapping(address bidder => uint256) internal _credits;
    mapping(address collection => mapping(uint256 tokenId => address)) internal _owed;
    uint64 internal _lastId;

    /* CONSTRUCTOR */

    constructor(address auction, address oracle, address appraisals, address asset) {
        if (auction == address(0) || oracle == address(0) || appraisals == address(0) || asset == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        AUCTION = auction;
        ORACLE = IFloorOracle(oracle);
        APPRAISALS = IAppraisals(appraisals);
        ASSET = IERC20(asset);
    }

    /* BIDDERS */

    /// @inheritdoc IStandingBids
    function place(address collection, uint256 priceBps, uint256 maxPrice, uint256 quantity, uint256 expiresAt)
        external
        nonReentrant
        returns (uint256 bidId)
    {
        _requireWithin("price bps", priceBps, MIN_PRICE_BPS, MAX_PRICE_BPS);
        _requireWithin("max price", maxPrice, 1, type(uint96).max);
        _requireWithin("quantity", quantity, 1, type(uint16).max);
        _requireWithin("expiry", expiresAt, block.timestamp + CANCEL_DELAY, block.timestamp + MAX_LIFE);
        uint256 worth = _worth(collection, UNITS_PER_FLOOR);
        uint256 least = worth.bpsUp(MIN_PRICE_BPS);
        if (worth == 0 || maxPrice < least) revert BidTooLow(maxPrice, least);

        Rung memory rung;
        bidId = ++_lastId;
        (rung.bidId, rung.priceBps, rung.quantity) = (uint64(bidId), uint16(priceBps), uint16(quantity));
        (rung.endsAt, rung.maxPrice) = (uint40(expiresAt), uint96(maxPrice));
        Rung[] storage book = _books[collection];
        if (book.length == MAX_BIDS) _makeRoom(collection, book, rung, worth);
        book.push(rung);
        _tickets[bidId] = Ticket(msg.sender, collection);

        uint256 wanted = quantity * maxPrice;
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), wanted);
        if (arrived < wanted) revert BidUnderfunded(arrived, wanted);
        emit BidPlaced(bidId, msg.sender, collection, priceBps, maxPrice, quantity, expiresAt, wanted);
    }

    /// @inheritdoc IStandingBids
    function cancel(uint256 bidId) external nonReentrant {
        Ticket memory ticket = _tickets[bidId];
        if (ticket.bidder != msg.sender) revert NoBid(bidId);
        Rung storage rung = _books[ticket.collection][_indexOf(ticket.collection, bidId)];
        if (rung.cancelled) revert BidAlreadyCancelled(bidId);
        uint256 endsAt = uint256(rung.endsAt).min(block.timestamp + CANCEL_DELAY);
        (rung.cancelled, rung.endsAt) = (true, uint40(endsAt));
        emit BidCancelled(bidId, endsAt);
    }

    /// @inheritdoc IStandingBids
    function close(uint256 bidId) external nonReentrant {
        address collection = _tickets[bidId].collection;
        if (collection == address(0)) revert NoBid(bidId);
        uint256 index = _indexOf(collection, bidId);
        uint256 endsAt = _books[collection][index].endsAt;
        if (block.timestamp < endsAt) revert BidNotOver(bidId, endsAt);
        _end(_books[collection], index);
    }

    /// @inheritdoc IStandingBids
    function claim(address to) external nonReentrant returns (uint256 assets) {
        assets = _credits[msg.sender];
        if (assets == 0) return 0;
        delete _credits[msg.sender];
        emit BidMoneyClaimed(msg.sender, to, assets);
        ASSET.safeTransfer(to, assets);
    }

    /// @inheritdoc IStandingBids
    function claimNft(address collection, uint256 tokenId, address to) external nonReentrant {
        if (_owed[collection][tokenId] != msg.sender) revert NftNotOwed(collection, tokenId, msg.sender);
        delete _owed[collection][tokenId];
        emit BidNftClaimed(msg.sender, collection, tokenId, to);
        NftCustody.push(collection, tokenId, to);
    }

    /* AUCTION */

    /// @inheritdoc IExitVenue
    /// @dev `data` is ignored: the book decides who buys.
    function exit(address collection, uint256 tokenId, address payTo, uint256 minProceeds, bytes calldata)
        external
        nonReentrant
        returns (uint256 net)
    {
        if (msg.sender != AUCTION) revert CommonErrors.Unauthorized(msg.sender);
        address owedTo_ = _owed[collection][tokenId];
        if (owedTo_ != address(0)) revert NftAlreadyOwed(collection, tokenId, owedTo_);
        uint256 index;
        (index, net) = _best(collection, tokenId);
        if (net == 0 || net < minProceeds) revert NoBidTakes(collection, tokenId, minProceeds);

        Rung[] storage book = _books[collection];
        Rung memory rung = book[index];
        address bidder = _tickets[rung.bidId].bidder;
        rung.quantity -= 1;
        book[index].quantity = rung.quantity;
        _owed[collection][tokenId] = bidder;
        emit BidFilled(rung.bidId, collection, tokenId, net, rung.quantity, uint256(rung.quantity) * rung.maxPrice);
        uint256 saved = rung.maxPrice - net;
        if (saved != 0) {
            _credits[bidder] += saved;
            emit BidRefunded(rung.bidId, bidder, saved);
        }
        if (rung.quantity == 0) _end(book, index);
        ASSET.safeTransfer(payTo, net);
    }

    /* VIEWS */

    /// @inheritdoc IExitVenue
    /// @dev 0 when no bid takes it.
    function quoteExit(address collection, uint256 tokenId, bytes calldata)
        external
        view
        nonReentrantView
        returns (uint256 net)
    {
        (, net) = _best(collection, tokenId);
    }

    /// @inheritdoc IStandingBids
    function bidOf(uint256 bidId) external view nonReentrantView returns (StandingBid memory bid) {
        Ticket memory ticket = _tickets[bidId];
        if (ticket.bidder == address(0)) return bid;
        Rung memory rung = _books[ticket.collection][_indexOf(ticket.collection, bidId)];
        (bid.bidder, bid.collection) = (ticket.bidder, ticket.collection);
        (bid.priceBps, bid.quantity, bid.maxPrice) = (rung.priceBps, rung.quantity, rung.maxPrice);
        (bid.endsAt, bid.cancelled) = (rung.endsAt, rung.cancelled);
        bid.locked = uint256(rung.quantity) * rung.maxPrice;
    }

    /// @inheritdoc IStandingBids
    function bidsOf(address collection) external view nonReentrantView returns (uint256[] memory bidIds) {
        Rung[] memory book = _books[collection];
        uint256 worth = _worth(collection, UNITS_PER_FLOOR);
        uint256 count;
        for (uint256 i; i < book.length; ++i) {
            if (!_isOver(book[i])) book[count++] = book[i];
        }
        bidIds = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            uint256 best = i;
            for (uint256 j = i + 1; j < count; ++j) {
                if (_isBetter(book[j], book[best], worth)) best = j;
            }
            (book[i], book[best]) = (book[best], book[i]);
            bidIds[i] = book[i].bidId;
        }
    }

    /// @inheritdoc IStandingBids
    function depthAt(address collection, uint256 minPrice) external view nonReentrantView returns (uint256 count) {
        uint256 worth = _worth(collection, UNITS_PER_FLOOR);
        if (worth == 0) return 0;
        Rung[] memory book = _books[collection];
        for (uint256 i; i < book.length; ++i) {
            Rung memory rung = book[i];
            if (!rung.cancelled && !_isOver(rung) && _price(rung, worth) >= minPrice) count += rung.quantity;
        }
    }

    /// @inheritdoc IStandingBids
    function claimable(address bidder) external view nonReentrantView returns (uint256) {
        return _credits[bidder];
    }

    /// @inheritdoc IStandingBids
    function owedTo(address collection, uint256 tokenId) external view nonReentrantView returns (address) {
        return _owed[collection][tokenId];
    }

    /* INTERNAL */

    /// @dev The bid that pays most for the token, and what it pays; 0 when none does, or nothing can be said of its value.
    function _best(address collection, uint256 tokenId) internal view returns (uint256 index, uint256 price) {
        Rung[] memory book = _books[collection];
        if (book.length == 0) return (0, 0);
        (uint256 units,) = APPRAISALS.unitsOf(collection, tokenId);
        uint256 worth = _worth(collection, units);
        if (worth == 0) return (0, 0);
        for (uint256 i; i < book.length; ++i) {
            if (_isOver(book[i])) continue;
            if (price != 0 && !_isBetter(book[i], book[index], worth)) continue;
            (index, price) = (i, _price(book[i], worth));
        }
    }

    /// @dev Takes one bid out of a full book: one that is over, else the worst of those that take no more than `rung`, if
    /// it pays less. So displacing never takes depth away, nor ends a bid earlier for who only wants his money back.
    function _makeRoom(address collection, Rung[] storage book, Rung memory rung, uint256 worth) internal {
        Rung[] memory all = book;
        uint256 worst = all.length;
        for (uint256 i; i < all.length; ++i) {
            if (_isOver(all[i])) {
                _end(book, i);
                return;
            }
            if (all[i].quantity > rung.quantity) continue;
            if (worst == all.length || _isBetter(all[worst], all[i], worth)) worst = i;
        }
        if (worst == all.length) revert BidBookFull(collection, 0);
        if (_price(rung, worth) <= _price(all[worst], worth)) revert BidBookFull(collection, all[worst].bidId);
        _end(book, worst);
    }

    /// @dev Takes a bid off its book and credits what is locked.
    function _end(Rung[] storage book, uint256 index) internal {
        Rung memory rung = book[index];
        address bidder = _tickets[rung.bidId].bidder;
        uint256 last = book.length - 1;
        if (index != last) book[index] = book[last];
        book.pop();
        delete _tickets[rung.bidId];
        uint256 assets = uint256(rung.quantity) * rung.maxPrice;
        if (assets != 0) _credits[bidder] += assets;
        emit BidClosed(rung.bidId, bidder, assets);
    }

    function _indexOf(address collection, uint256 bidId) internal view returns (uint256 index) {
        Rung[] storage book = _books[collection];
        while (book[index].bidId != bidId) ++index; // a ticket has a rung
    }

    /// @dev Value of so many units at spot, rounded down; 0 while the price is stale.
    function _worth(address collection, uint256 units) internal view returns (uint256) {
        Quote memory q = ORACLE.quote(collection);
        return q.state == OracleState.Stale ? 0 : q.spot.mulDivDown(units, UNITS_PER_FLOOR);
    }

    /// @dev Pays more, or as much and is older.
    function _isBetter(Rung memory x, Rung memory y, uint256 worth) internal pure returns (bool) {
        (uint256 px, uint256 py) = (_price(x, worth), _price(y, worth));
        return px == py ? x.bidId < y.bidId : px > py;
    }

    /// @dev What a bid pays, rounded down.
    function _price(Rung memory rung, uint256 worth) internal pure returns (uint256) {
        return worth.bpsDown(rung.priceBps).min(rung.maxPrice);
    }

    function _isOver(Rung memory rung) internal view returns (bool) {
        return block.timestamp >= rung.endsAt;
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 low, uint256 high) internal pure {
        if (value < low || value > high) revert CommonErrors.OutOfBounds(name, value, low, high);
    }
}
