// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISeaport} from "../../common/interfaces/external/ISeaport.sol";
import {IExitVenue} from "../../liquidation/interfaces/IExitVenue.sol";

/// @title Exit: sells the NFT it holds into a Seaport bid on the token, the collection or a trait
/// @notice `data` is `abi.encode(SeaportBid)`. The quote is 0 for a bid that is cancelled, filled, out of time, on other
/// tokens or not covered by its offerer; whether the signature fits is seen when it is filled.
interface ISeaportBidExit is IExitVenue {
    /* ERRORS */

    /// @notice The bid left `net` where at least `minProceeds` are wanted.
    error ExitBelowMin(uint256 net, uint256 minProceeds);

    /* VIEWS */

    /// @notice The order book it sells on.
    function SEAPORT() external view returns (ISeaport);

    /// @notice The only ERC-20 it takes.
    function ASSET() external view returns (address);
}
