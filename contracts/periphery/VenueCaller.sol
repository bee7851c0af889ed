// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IMarketPayer} from "./interfaces/IMarketPayer.sol";
import {Fill, IMarketRouter} from "./interfaces/IMarketRouter.sol";
import {IMarketTill} from "./interfaces/IMarketTill.sol";
import {IMarketVenue} from "./interfaces/IMarketVenue.sol";

/// @title VenueCaller
/// @notice What both routers share: one fill at one listed venue, paid by drawing and judged by what moved.
abstract contract VenueCaller is IMarketPayer {
    /* IMMUTABLES */

    IMarketTill public immutable TILL;
    IERC20 public immutable ASSET;

    /* STORAGE */

    /// @dev The venue in progress, what it may still draw, and the hash of the NFTs it may take.
    address private transient _venue;
    uint256 private transient _left;
    bytes32 private transient _nfts;

    /* CONSTRUCTOR */

    constructor(address till_, address asset) {
        if (till_ == address(0) || asset == address(0)) revert CommonErrors.ZeroAddress();
        (TILL, ASSET) = (IMarketTill(till_), IERC20(asset));
    }

    /* VENUES */

    /// @inheritdoc IMarketPayer
    function drawAssets(address to, uint256 assets) external {
        if (msg.sender != _venue) revert CommonErrors.Unauthorized(msg.sender);
        uint256 left = _left;
        if (assets > left) revert DrawAboveLimit(assets, left);
        unchecked {
            _left = left - assets; // checked above
        }
        _pay(to, assets);
    }

    /// @inheritdoc IMarketPayer
    function drawNfts(address to, address collection, uint256[] calldata tokenIds) external {
        if (msg.sender != _venue) revert CommonErrors.Unauthorized(msg.sender);
        if (keccak256(abi.encode(collection, tokenIds)) != _nfts) revert WrongNftsDrawn(collection);
        if (collection == address(ASSET)) revert WrongNftsDrawn(collection); // its `transferFrom` moves amounts
        _nfts = 0;
        _give(to, collection, tokenIds);
    }

    /* SELF */

    /// @notice One purchase whose failure undoes it alone. The contract itself only.
    function buyAlone(Fill calldata fill, address receiver, uint256 budget) external returns (uint256 cost) {
        if (msg.sender != address(this)) revert CommonErrors.Unauthorized(msg.sender);
        return _buyFill(fill, receiver, budget);
    }

    /// @notice One sale whose failure undoes it alone. The contract itself only.
    function sellAlone(Fill calldata fill, address receiver) external returns (uint256 proceeds) {
        if (msg.sender != address(this)) revert CommonErrors.Unauthorized(msg.sender);
        return _sellFill(fill, receiver);
    }

    /* INTERNAL */

    /// @dev Buys for `receiver`, who does not own the tokens before and owns them all afterwards; within the limit of the
    /// fill, and `budget`.
    function _buyFill(Fill calldata fill, address receiver, uint256 budget) internal returns (uint256 cost) {
        (address venue, address collection, uint256[] calldata ids) = (fill.venue, fill.collection, fill.tokenIds);
        _requireListed(venue);
        for (uint256 i; i < ids.length; ++i) {
            if (IERC721(collection).ownerOf(ids[i]) == receiver) revert IMarketRouter.OwnedBefore(collection, ids[i]);
        }
        uint256 most = fill.limit < budget ? fill.limit : budget;
        (_venue, _left) = (venue, most);
        IMarketVenue(venue).buy(collection, ids, most, receiver, fill.data);
        cost = most - _left;
        (_venue, _left) = (address(0), 0); // a sale later in this transaction may draw no assets
        for (uint256 i; i < ids.length; ++i) {
            if (IERC721(collection).ownerOf(ids[i]) != receiver) revert IMarketRouter.VenueCheated(venue);
        }
    }

    /// @dev Sells; what counts is what `receiver` has more afterwards.
    function _sellFill(Fill calldata fill, address receiver) internal returns (uint256 proceeds) {
        _requireListed(fill.venue);
        uint256 before = ASSET.balanceOf(receiver);
        (_venue, _nfts) = (fill.venue, keccak256(abi.encode(fill.collection, fill.tokenIds)));
        IMarketVenue(fill.venue).sell(fill.collection, fill.tokenIds, fill.limit, receiver, fill.data);
        (_venue, _nfts) = (address(0), 0);
        uint256 after_ = ASSET.balanceOf(receiver);
        proceeds = after_ > before ? after_ - before : 0;
        if (proceeds < fill.limit) revert IMarketRouter.VenueCheated(fill.venue);
    }

    function _requireListed(address venue) internal view {
        if (!_isListed(venue)) revert IMarketRouter.VenueNotListed(venue);
    }

    /// @dev Whether governance listed `venue`.
    function _isListed(address venue) internal view virtual returns (bool);

    /// @dev Sends `assets` of the trader to `to`.
    function _pay(address to, uint256 assets) internal virtual;

    /// @dev Sends NFTs of the trader to `to`.
    function _give(address to, address collection, uint256[] calldata tokenIds) internal virtual;
}
