// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Scripted} from "./Scripted.sol";

/// @title CallbackProbe
/// @notice A receiver of any callback. It answers every selector, by default with that selector (which is what
/// ERC-721, `onTake`, `onAct` and flash callbacks expect), runs the script set for it and records all of it. As a taker
/// it pays by approving beforehand; as an attacker its script re-enters.
contract CallbackProbe is Scripted {
    enum Mode {
        Answer,
        Revert,
        BurnGas,
        Bomb // returns 1 MB
    }

    struct Call {
        address caller;
        uint256 value;
        bytes data;
    }

    mapping(bytes4 selector => Mode) public modeOf;
    mapping(bytes4 selector => bytes) private _answer;
    Call[] private _calls;

    /// @notice Makes one call as this contract and passes its output, or its failure, on.
    function execute(address target, uint256 value, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory output) = target.call{value: value}(data);
        if (!success) _bubble(output);
        return output;
    }

    /// @notice Makes several calls in one transaction; the first failure undoes all.
    function executeAll(Step[] calldata steps) external payable returns (bytes[] memory outputs) {
        outputs = new bytes[](steps.length);
        for (uint256 i; i < steps.length; ++i) {
            (bool success, bytes memory output) = steps[i].target.call{value: steps[i].value}(steps[i].data);
            if (!success && steps[i].mustSucceed) _bubble(output);
            outputs[i] = output;
        }
    }

    /// @notice Sets how `selector` behaves and, in mode Answer, the returned bytes (empty: the selector itself); in mode
    /// Revert they are the revert data.
    function setAnswer(bytes4 selector, Mode mode, bytes calldata data) external {
        modeOf[selector] = mode;
        _answer[selector] = data;
    }

    /// @notice Number of callbacks received.
    function calls() external view returns (uint256) {
        return _calls.length;
    }

    function callAt(uint256 index) external view returns (Call memory) {
        return _calls[index];
    }

    receive() external payable {
        _run(bytes4(0));
    }

    fallback() external payable {
        Mode mode = modeOf[msg.sig];
        if (mode == Mode.BurnGas) {
            while (true) {}
        }
        if (mode == Mode.Bomb) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        bytes memory answer = _answer[msg.sig];
        if (mode == Mode.Revert) _bubble(answer);
        if (answer.length == 0) answer = abi.encode(msg.sig);
        _record();
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }

    /// @dev A static call cannot record anything: it only answers.
    function _record() private {
        if (_isStatic()) return;
        _calls.push(Call(msg.sender, msg.value, msg.data));
        _run(msg.sig);
    }

    function _isStatic() private returns (bool) {
        try this.touch{gas: 5000}() {
            return false;
        } catch {
            return true;
        }
    }

    /// @dev Writes to transient storage, which a static call forbids.
    function touch() external {
        assembly ("memory-safe") {
            tstore(0, 1)
        }
    }
}
