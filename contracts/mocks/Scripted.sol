// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Scripted
/// @notice A list of calls that a double makes from inside a callback, and what came of each.
/// @dev A script is taken off before it runs, so that a nested callback does not run it again.
abstract contract Scripted {
    struct Step {
        address target;
        uint256 value;
        bytes data;
        bool mustSucceed; // its failure is passed on as it came
    }

    struct Outcome {
        bytes4 during; // selector of the callback it ran in
        address target;
        bool success;
        bytes output;
    }

    mapping(bytes4 during => Step[]) private _script;
    Outcome[] private _outcomes;

    /// @notice Sets the calls to make the next time `during` is entered.
    function script(bytes4 during, Step[] calldata steps) external {
        delete _script[during];
        for (uint256 i; i < steps.length; ++i) {
            _script[during].push(steps[i]);
        }
    }

    /// @notice Number of calls made so far.
    function outcomes() external view returns (uint256) {
        return _outcomes.length;
    }

    function outcome(uint256 index) external view returns (Outcome memory) {
        return _outcomes[index];
    }

    function clearOutcomes() external {
        delete _outcomes;
    }

    function _run(bytes4 during) internal {
        Step[] memory steps = _script[during];
        if (steps.length == 0) return;
        delete _script[during];
        for (uint256 i; i < steps.length; ++i) {
            (bool success, bytes memory output) = steps[i].target.call{value: steps[i].value}(steps[i].data);
            if (!success && steps[i].mustSucceed) _bubble(output);
            _outcomes.push(Outcome(during, steps[i].target, success, output));
        }
    }

    function _bubble(bytes memory output) internal pure {
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }
}
