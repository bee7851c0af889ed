// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who may act for whom
/// @notice One registry for every module: an operator may do for an account whatever the account may do.
/// @dev Warning: an operator can borrow and withdraw in the account's name. Approve contracts you have read.
interface IOperators {
    /// @notice `operator` may, or may no longer, act for `account`.
    event OperatorSet(address indexed account, address indexed operator, bool approved);

    /// @notice Approves or dismisses `operator` for the caller. Signatures not used before count no more.
    function setOperator(address operator, bool approved) external;

    /// @notice The same by signature: EIP-712 `SetOperator(account, operator, approved, nonce, deadline)`, of an EOA
    /// or an ERC-1271 contract.
    /// @param deadline last unix second at which the signature counts
    function setOperatorBySig(
        address account,
        address operator,
        bool approved,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Whether `operator` may act for `account`.
    function isOperator(address account, address operator) external view returns (bool);
}
