// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Pulls ERC-20 and reports what arrived
/// @dev A token may take a fee on the way: what arrived is what is credited, never what was asked for.
library MeasuredTransfer {
    using SafeERC20 for IERC20;

    /// @notice Moves `assets` of `token` from `from` to `to` and returns by how much the balance of `to` grew.
    function pullTo(IERC20 token, address from, address to, uint256 assets) internal returns (uint256 arrived) {
        if (assets == 0) return 0;
        uint256 before = token.balanceOf(to);
        token.safeTransferFrom(from, to, assets);
        uint256 after_ = token.balanceOf(to);
        arrived = after_ > before ? after_ - before : 0;
        if (arrived > assets) arrived = assets;
    }
}
