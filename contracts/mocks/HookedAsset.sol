// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HookedAsset
/// @notice An ERC-20 that, as ERC-777 does, calls a sender before (`tokensToSend`) and a receiver after
/// (`tokensReceived`) tokens move. Only accounts that asked for it are called; a failing hook undoes the transfer.
contract HookedAsset is ERC20("Hooked", "HOOK") {
    uint8 private immutable _decimals;
    mapping(address account => bool) public hooked;

    constructor(uint8 decimals_) {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setHooked(address account, bool on) external {
        hooked[account] = on;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (hooked[from]) {
            _call(from, abi.encodeWithSignature("tokensToSend(address,address,uint256)", from, to, amount));
        }
        super._update(from, to, amount);
        if (hooked[to]) {
            _call(to, abi.encodeWithSignature("tokensReceived(address,address,uint256)", from, to, amount));
        }
    }

    function _call(address account, bytes memory data) private {
        (bool success, bytes memory output) = account.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(output, 32), mload(output))
            }
        }
    }
}
