// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {CommonErrors} from "./CommonErrors.sol";
import {IOperators} from "./interfaces/IOperators.sol";

/// @title Operators
/// @notice See {IOperators}.
/// @custom:kill None: an account dismisses its operators itself.
contract Operators is IOperators, EIP712, Nonces {
    /* CONSTANTS */

    bytes32 public constant SET_OPERATOR_TYPEHASH =
        keccak256("SetOperator(address account,address operator,bool approved,uint256 nonce,uint256 deadline)");

    /* STORAGE */

    /// @inheritdoc IOperators
    mapping(address account => mapping(address operator => bool)) public isOperator;

    /* CONSTRUCTOR */

    constructor() EIP712("Vitrine Operators", "1") {}

    /* USER ACTIONS */

    /// @inheritdoc IOperators
    function setOperator(address operator, bool approved) external {
        _useNonce(msg.sender);
        _set(msg.sender, operator, approved);
    }

    /// @inheritdoc IOperators
    function setOperatorBySig(
        address account,
        address operator,
        bool approved,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) {
            revert CommonErrors.DeadlineExpired(deadline, block.timestamp);
        }
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(SET_OPERATOR_TYPEHASH, account, operator, approved, _useNonce(account), deadline))
        );
        if (!SignatureChecker.isValidSignatureNow(account, digest, signature)) {
            revert CommonErrors.BadSignature(account);
        }
        _set(account, operator, approved);
    }

    /* INTERNAL */

    function _set(address account, address operator, bool approved) internal {
        isOperator[account][operator] = approved;
        emit OperatorSet(account, operator, approved);
    }
}
