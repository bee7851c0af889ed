// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Errors shared by several modules
/// @notice Declared once, so that an error has one selector and one meaning everywhere.
/// @dev Zero addresses are rejected in constructors and governed setters only; no-ops are allowed elsewhere.
library CommonErrors {
    /// @notice `caller` is not allowed to make this call.
    error Unauthorized(address caller);
    /// @notice An address that must be set is zero.
    error ZeroAddress();
    /// @notice An amount that must be positive is zero.
    error ZeroAmount();
    /// @notice Two arrays that belong together differ in length.
    error LengthMismatch(uint256 left, uint256 right);
    /// @notice `deadline` passed before `now_`, both in unix seconds.
    error DeadlineExpired(uint256 deadline, uint256 now_);
    /// @notice `value` lies outside `[low, high]`.
    error OutOfBounds(bytes32 name, uint256 value, uint256 low, uint256 high);
    /// @notice The pause group of this contract is paused.
    error GroupPaused(bytes32 group);
    /// @notice The module group is in the middle of a call: entries and views of it are closed.
    error GroupLocked();
    /// @notice A signature does not belong to `signer`.
    error BadSignature(address signer);
    /// @notice A price round that this call relies on was posted in this very block.
    error RoundInThisBlock(uint256 postedAt);
    /// @notice `value` does not fit in `bits` bits.
    error Overflow(uint256 value, uint256 bits);
}
