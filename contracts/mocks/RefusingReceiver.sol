// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title RefusingReceiver
/// @notice An account that can act but refuses ether, safe NFT transfers and every callback, until told otherwise.
contract RefusingReceiver {
    bool public refusing = true;

    error Refused();

    function setRefusing(bool on) external {
        refusing = on;
    }

    function execute(address target, uint256 value, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory output) = target.call{value: value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(output, 32), mload(output))
            }
        }
        return output;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external view returns (bytes4) {
        if (refusing) revert Refused();
        return this.onERC721Received.selector;
    }

    receive() external payable {
        if (refusing) revert Refused();
    }

    fallback() external payable {
        revert Refused();
    }
}
