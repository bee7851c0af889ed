// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Asks a contract that may revert, burn gas, or return a megabyte
/// @notice The callee always gets all of its allowance and never more; at most three words of its answer are copied.
/// Nothing the callee does reverts the caller.
library BoundedCall {
    /// @notice The call would not get its whole allowance, so its answer would say nothing about the callee.
    error CallStarved(uint256 available, uint256 wanted);

    /// @dev Covers the price of the call itself (a cold account) and what comes right before it.
    uint256 internal constant CALL_COST = 5_000;

    /// @notice Ends like running out of gas, consuming all of it, unless an {ask} with `allowance` would get its own.
    /// @dev For views that others call and catch: with a revert they would go on with the gas that is left, and take a
    /// starved answer for a missing one.
    function exhaustUnless(uint256 allowance) internal view {
        if (gasleft() >= allowance * 64 / 63 + 2 * CALL_COST) return;
        assembly ("memory-safe") {
            invalid()
        }
    }

    /// @notice Static call with `data` and `allowance` gas; `ok` when it succeeded and returned at least `words` words,
    /// of which the first three are given. Checked before the call, so that no answer depends on the caller's gas.
    function ask(address target, uint256 allowance, bytes memory data, uint256 words)
        internal
        view
        returns (bool ok, uint256 a, uint256 b, uint256 c)
    {
        uint256 wanted = allowance * 64 / 63 + CALL_COST;
        if (gasleft() < wanted) revert CallStarved(gasleft(), wanted);
        assembly ("memory-safe") {
            let out := mload(0x40)
            ok := staticcall(allowance, target, add(data, 32), mload(data), out, 96)
            ok := and(ok, iszero(lt(returndatasize(), shl(5, words))))
            if ok {
                if gt(returndatasize(), 31) { a := mload(out) }
                if gt(returndatasize(), 63) { b := mload(add(out, 32)) }
                if gt(returndatasize(), 95) { c := mload(add(out, 64)) }
            }
        }
    }
}
