// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISeaport} from "../../common/interfaces/external/ISeaport.sol";
import {IMarketVenue} from "./IMarketVenue.sol";

/// @title Seaport behind the routers
/// @notice `data` of {buy} is `abi.encode(SeaportListing[])`, of {sell} `abi.encode(SeaportBid[])`, one for each token.
/// Every order is filled or the call reverts. Orders for anything but one ERC-721 of the collection against the asset
/// cannot be expressed.
interface ISeaportVenue is IMarketVenue {
    /// @notice What is to be sold as an NFT is the asset itself.
    error AssetNotSold(address asset);

    /// @notice The order book it trades on.
    function SEAPORT() external view returns (ISeaport);

    /// @notice The only ERC-20 it pays with or takes.
    function ASSET() external view returns (address);
}
