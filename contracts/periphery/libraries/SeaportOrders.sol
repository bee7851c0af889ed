// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonErrors} from "../../common/CommonErrors.sol";
import {
    AdvancedOrder,
    ConsiderationItem,
    CriteriaResolver,
    ISeaport,
    OfferItem,
    OrderParameters
} from "../../common/interfaces/external/ISeaport.sol";

/// @notice The part of an order that listings and bids have in common.
struct SeaportTerms {
    address offerer;
    address zone;
    uint8 orderType;
    uint256 startTime; // unix seconds, inclusive
    uint256 endTime; // exclusive
    bytes32 zoneHash;
    uint256 salt;
    bytes32 conduitKey;
}

/// @notice Asset that an order pays to somebody.
struct SeaportPayment {
    uint256 startAmount;
    uint256 endAmount;
    address recipient;
}

/// @notice One token for asset: what the payments add up to is its price.
struct SeaportListing {
    SeaportTerms terms;
    SeaportPayment[] payments;
    bytes signature;
    bytes extraData;
}

/// @notice Asset for tokens: amounts are for the whole `quantity`, of which one token at a time is filled.
struct SeaportBid {
    SeaportTerms terms;
    uint256 counter;
    uint256 startAmount;
    uint256 endAmount;
    address recipient; // of the token
    bool byCriteria; // any token under `criteria`, else exactly the one that is sold
    bytes32 criteria; // Merkle root of the ids, 0 for all of the collection
    uint120 quantity;
    SeaportPayment[] fees;
    bytes32[] proof;
    bytes signature;
    bytes extraData;
}

/// @title The only orders that this project fills on Seaport
/// @notice Orders are not taken from outside and looked through: they are put together here from their terms, so that one
/// ERC-721 of the named collection and the one asset are all they can contain. An order with anything else in it has
/// another hash, and its signature does not fit.
library SeaportOrders {
    /// @notice Orders made up by a contract while they are filled, and types that do not exist, are refused.
    error OrderTypeRefused(uint8 orderType);
    /// @notice The order is open from `startTime` until before `endTime`.
    error OrderNotOpen(uint256 startTime, uint256 endTime, uint256 now_);
    /// @notice Seaport did not fill the order of `offerer`.
    error OrderNotFilled(address offerer);

    uint8 internal constant ERC20 = 1;
    uint8 internal constant ERC721 = 2;
    uint8 internal constant ERC721_BY_CRITERIA = 4;
    uint8 internal constant LAST_ORDER_TYPE = 3;

    /// @notice Buys `tokenId` for `receiver` with asset of the calling contract.
    function buy(
        ISeaport seaport,
        address asset,
        address collection,
        uint256 tokenId,
        SeaportListing memory listing,
        address receiver
    ) internal {
        AdvancedOrder memory order = _listed(asset, collection, tokenId, listing);
        _fulfil(seaport, order, new CriteriaResolver[](0), receiver);
    }

    /// @notice Sells `tokenId`, which the calling contract holds and Seaport may move, into `bid`. The asset goes to
    /// `receiver`; the fees of the bid are taken from the calling contract.
    function sell(
        ISeaport seaport,
        address asset,
        address collection,
        uint256 tokenId,
        SeaportBid memory bid,
        address receiver
    ) internal {
        AdvancedOrder memory order = _wanted(asset, collection, tokenId, bid);
        CriteriaResolver[] memory resolvers = new CriteriaResolver[](bid.byCriteria ? 1 : 0);
        if (bid.byCriteria) resolvers[0] = CriteriaResolver(0, 1, 0, tokenId, bid.proof);
        _fulfil(seaport, order, resolvers, receiver);
    }

    /// @notice What all payments of `listing` come to now, rounded up as Seaport does.
    function priceUp(SeaportListing memory listing) internal view returns (uint256) {
        SeaportTerms memory terms = listing.terms;
        if (!isOpen(terms)) revert OrderNotOpen(terms.startTime, terms.endTime, block.timestamp);
        return _totalUp(listing.payments, terms, 1);
    }

    /// @notice What one token earns in `bid` now: its share of the offer, rounded down, less that of the fees, rounded up.
    /// @dev 0 outside of the times of the bid, where its amounts cannot be split, and where fees exceed the offer.
    function netDown(SeaportBid memory bid) internal view returns (uint256) {
        uint256 parts = bid.quantity;
        if (parts == 0 || !isOpen(bid.terms) || !_isWhole(bid, parts)) return 0;
        uint256 gross = _amountAt(bid.startAmount / parts, bid.endAmount / parts, bid.terms, false);
        uint256 fees = _totalUp(bid.fees, bid.terms, parts);
        return gross > fees ? gross - fees : 0;
    }

    /// @notice What one token is paid by the offerer of `bid` now, fees included. Only where {netDown} is not 0.
    function grossDown(SeaportBid memory bid) internal view returns (uint256) {
        return _amountAt(bid.startAmount / bid.quantity, bid.endAmount / bid.quantity, bid.terms, false);
    }

    /// @notice Whether now lies within the times of `terms`.
    function isOpen(SeaportTerms memory terms) internal view returns (bool) {
        return terms.startTime <= block.timestamp && block.timestamp < terms.endTime;
    }

    /// @notice What `bid` gives and wants.
    function items(address asset, address collection, uint256 tokenId, SeaportBid memory bid)
        internal
        pure
        returns (OfferItem[] memory offer, ConsiderationItem[] memory wanted)
    {
        offer = new OfferItem[](1);
        offer[0] = OfferItem(ERC20, asset, 0, bid.startAmount, bid.endAmount);
        wanted = new ConsiderationItem[](bid.fees.length + 1);
        (uint8 kind, uint256 what) = bid.byCriteria ? (ERC721_BY_CRITERIA, uint256(bid.criteria)) : (ERC721, tokenId);
        wanted[0] = ConsiderationItem(kind, collection, what, bid.quantity, bid.quantity, bid.recipient);
        _pay(wanted, 1, asset, bid.fees);
    }

    function _listed(address asset, address collection, uint256 tokenId, SeaportListing memory listing)
        private
        pure
        returns (AdvancedOrder memory)
    {
        OfferItem[] memory offer = new OfferItem[](1);
        offer[0] = OfferItem(ERC721, collection, tokenId, 1, 1);
        ConsiderationItem[] memory wanted = new ConsiderationItem[](listing.payments.length);
        _pay(wanted, 0, asset, listing.payments);
        OrderParameters memory parameters = _parameters(listing.terms, offer, wanted);
        return AdvancedOrder(parameters, 1, 1, listing.signature, listing.extraData);
    }

    function _wanted(address asset, address collection, uint256 tokenId, SeaportBid memory bid)
        private
        pure
        returns (AdvancedOrder memory)
    {
        (OfferItem[] memory offer, ConsiderationItem[] memory wanted) = items(asset, collection, tokenId, bid);
        OrderParameters memory parameters = _parameters(bid.terms, offer, wanted);
        return AdvancedOrder(parameters, 1, bid.quantity, bid.signature, bid.extraData);
    }

    function _totalUp(SeaportPayment[] memory payments, SeaportTerms memory terms, uint256 parts)
        private
        view
        returns (uint256 total)
    {
        uint256 count = payments.length;
        for (uint256 i; i < count; ++i) {
            total += _amountAt(payments[i].startAmount / parts, payments[i].endAmount / parts, terms, true);
        }
    }

    /// @dev Where an amount on its way from `start` to `end` stands now.
    function _amountAt(uint256 start, uint256 end, SeaportTerms memory terms, bool roundUp)
        private
        view
        returns (uint256)
    {
        _requireSmall(start);
        _requireSmall(end);
        if (start == end) return end;
        uint256 duration = terms.endTime - terms.startTime;
        _requireSmall(duration); // two products of 112 bits each: the sum fits
        uint256 elapsed = block.timestamp - terms.startTime;
        uint256 sum = start * (duration - elapsed) + end * elapsed;
        return roundUp ? (sum + duration - 1) / duration : sum / duration;
    }

    function _requireSmall(uint256 value) private pure {
        if (value > type(uint112).max) revert CommonErrors.Overflow(value, 112);
    }

    function _isWhole(SeaportBid memory bid, uint256 parts) private pure returns (bool) {
        if (bid.startAmount % parts != 0 || bid.endAmount % parts != 0) return false;
        uint256 count = bid.fees.length;
        for (uint256 i; i < count; ++i) {
            if (bid.fees[i].startAmount % parts != 0 || bid.fees[i].endAmount % parts != 0) return false;
        }
        return true;
    }

    function _pay(ConsiderationItem[] memory wanted, uint256 at, address asset, SeaportPayment[] memory payments)
        private
        pure
    {
        uint256 count = payments.length;
        for (uint256 i; i < count; ++i) {
            SeaportPayment memory payment = payments[i];
            wanted[at + i] =
                ConsiderationItem(ERC20, asset, 0, payment.startAmount, payment.endAmount, payment.recipient);
        }
    }

    function _parameters(SeaportTerms memory terms, OfferItem[] memory offer, ConsiderationItem[] memory wanted)
        private
        pure
        returns (OrderParameters memory)
    {
        if (terms.orderType > LAST_ORDER_TYPE) revert OrderTypeRefused(terms.orderType);
        return OrderParameters(
            terms.offerer,
            terms.zone,
            offer,
            wanted,
            terms.orderType,
            terms.startTime,
            terms.endTime,
            terms.zoneHash,
            terms.salt,
            terms.conduitKey,
            wanted.length
        );
    }

    function _fulfil(
        ISeaport seaport,
        AdvancedOrder memory order,
        CriteriaResolver[] memory resolvers,
        address receiver
    ) private {
        if (!seaport.fulfillAdvancedOrder(order, resolvers, 0, receiver)) {
            revert OrderNotFilled(order.parameters.offerer);
        }
    }
}
