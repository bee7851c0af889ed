// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BoundedCall} from "../common/calls/BoundedCall.sol";

/// @title BoundedCallProbe
/// @notice The bounded call from outside, beside its twin in plain Solidity, which copies all that comes back.
contract BoundedCallProbe {
    function ask(address target, uint256 allowance, bytes memory data, uint256 words)
        external
        view
        returns (bool ok, uint256 a, uint256 b, uint256 c)
    {
        return BoundedCall.ask(target, allowance, data, words);
    }

    function plain(address target, uint256 allowance, bytes memory data, uint256 words)
        external
        view
        returns (bool ok, uint256 a, uint256 b, uint256 c)
    {
        bytes memory answer;
        (ok, answer) = target.staticcall{gas: allowance}(data);
        if (!ok || answer.length < 32 * words) return (false, 0, 0, 0);
        if (answer.length >= 32) a = _word(answer, 0);
        if (answer.length >= 64) b = _word(answer, 1);
        if (answer.length >= 96) c = _word(answer, 2);
    }

    function _word(bytes memory answer, uint256 place) private pure returns (uint256 word) {
        for (uint256 i; i < 32; ++i) {
            word = word << 8 | uint8(answer[32 * place + i]);
        }
    }
}
