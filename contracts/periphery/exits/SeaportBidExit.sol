// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {CommonErrors} from "../../common/CommonErrors.sol";
import {IConduitController} from "../../common/interfaces/external/IConduitController.sol";
import {ConsiderationItem, ISeaport, OfferItem, OrderComponents} from "../../common/interfaces/external/ISeaport.sol";
import {IExitVenue} from "../../liquidation/interfaces/IExitVenue.sol";
import {ISeaportBidExit} from "../interfaces/ISeaportBidExit.sol";
import {SeaportBid, SeaportOrders, SeaportTerms} from "../libraries/SeaportOrders.sol";

/// @title SeaportBidExit
/// @notice See {ISeaportBidExit}. It holds nothing between calls, and no allowance of it outlives one.
/// @custom:kill None: governance takes it off the list of the desk.
contract SeaportBidExit is ISeaportBidExit, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /* IMMUTABLES */

    /// @inheritdoc ISeaportBidExit
    ISeaport public immutable SEAPORT;
    /// @inheritdoc ISeaportBidExit
    address public immutable ASSET;
    IConduitController internal immutable CONDUITS;

    /* CONSTRUCTOR */

    constructor(address seaport, address asset) {
        if (seaport == address(0) || asset == address(0)) revert CommonErrors.ZeroAddress();
        SEAPORT = ISeaport(seaport);
        ASSET = asset;
        (,, address conduits) = ISeaport(seaport).information();
        CONDUITS = IConduitController(conduits);
    }

    /* EXIT */

    /// @inheritdoc IExitVenue
    function exit(address collection, uint256 tokenId, address payTo, uint256 minProceeds, bytes calldata data)
        external
        nonReentrant
        returns (uint256 net)
    {
        SeaportBid memory bid = abi.decode(data, (SeaportBid));
        IERC20 asset = IERC20(ASSET);
        bool feeless = bid.fees.length == 0;
        uint256 before = asset.balanceOf(payTo);
        IERC721(collection).approve(address(SEAPORT), tokenId);
        if (!feeless) asset.forceApprove(address(SEAPORT), type(uint256).max);
        SeaportOrders.sell(SEAPORT, ASSET, collection, tokenId, bid, feeless ? payTo : address(this));
        if (!feeless) {
            asset.forceApprove(address(SEAPORT), 0);
            asset.safeTransfer(payTo, asset.balanceOf(address(this)));
        }
        uint256 now_ = asset.balanceOf(payTo);
        net = now_ > before ? now_ - before : 0;
        if (net < minProceeds) revert ExitBelowMin(net, minProceeds);
    }

    /* VIEWS */

    /// @inheritdoc IExitVenue
    function quoteExit(address collection, uint256 tokenId, bytes calldata data) external view returns (uint256 net) {
        SeaportBid memory bid = abi.decode(data, (SeaportBid));
        net = SeaportOrders.netDown(bid);
        if (net == 0 || !_takes(bid, tokenId) || !_isLive(collection, tokenId, bid) || !_isFunded(bid)) return 0;
    }

    /* INTERNAL */

    /// @dev Whether the token is one the bid asks for.
    function _takes(SeaportBid memory bid, uint256 tokenId) internal pure returns (bool) {
        if (!bid.byCriteria || bid.criteria == 0) return true;
        return MerkleProof.verify(bid.proof, bid.criteria, keccak256(abi.encode(tokenId)));
    }

    /// @dev Whether one more part of the order is neither cancelled nor filled.
    function _isLive(address collection, uint256 tokenId, SeaportBid memory bid) internal view returns (bool) {
        SeaportTerms memory terms = bid.terms;
        if (bid.counter != SEAPORT.getCounter(terms.offerer)) return false;
        (OfferItem[] memory offer, ConsiderationItem[] memory wanted) =
            SeaportOrders.items(ASSET, collection, tokenId, bid);
        OrderComponents memory order = OrderComponents(
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
            bid.counter
        );
        (, bool cancelled, uint256 filled, uint256 size) = SEAPORT.getOrderStatus(SEAPORT.getOrderHash(order));
        // filled / size + 1 / quantity <= 1
        return !cancelled && (size == 0 || filled * bid.quantity + size <= size * bid.quantity);
    }

    /// @dev Whether the offerer has, and lets Seaport take, what one token costs it.
    function _isFunded(SeaportBid memory bid) internal view returns (bool) {
        address offerer = bid.terms.offerer;
        address spender = address(SEAPORT);
        if (bid.terms.conduitKey != 0) {
            bool exists;
            (spender, exists) = CONDUITS.getConduit(bid.terms.conduitKey);
            if (!exists) return false;
        }
        uint256 gross = SeaportOrders.grossDown(bid);
        IERC20 asset = IERC20(ASSET);
        return asset.balanceOf(offerer) >= gross && asset.allowance(offerer, spender) >= gross;
    }
}
