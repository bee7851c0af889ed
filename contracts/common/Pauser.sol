// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPauser} from "./interfaces/IPauser.sol";

/// @title Pauser
/// @notice See {IPauser}.
/// @custom:kill None: it only stops others, for at most `MAX_PAUSE`.
contract Pauser is IPauser, AccessManaged {
    /* TYPES */

    struct Group {
        // slot 0: 5 + 5 + 5 = 15
        uint40 startedAt; // of the last pause, unix seconds
        uint40 endsAt; // of the last pause, unix seconds
        uint40 pausedBefore; // seconds spent in the pauses before the last
    }

    /* CONSTANTS */

    /// @inheritdoc IPauser
    uint256 public constant MAX_PAUSE = 7 days;
    /// @inheritdoc IPauser
    uint256 public constant COOL_DOWN = 7 days;

    /* STORAGE */

    mapping(bytes32 group => Group) internal _groups;

    /* CONSTRUCTOR */

    constructor(address accessManager) AccessManaged(accessManager) {}

    /* GOVERNANCE */

    /// @inheritdoc IPauser
    function pause(bytes32 group) external restricted {
        Group storage g = _groups[group];
        if (block.timestamp < g.endsAt) revert AlreadyPaused(group);
        if (g.endsAt != 0 && block.timestamp < g.endsAt + COOL_DOWN) {
            revert PauseCoolingDown(group, g.endsAt + COOL_DOWN);
        }
        g.pausedBefore += g.endsAt - g.startedAt;
        g.startedAt = uint40(block.timestamp);
        g.endsAt = uint40(block.timestamp + MAX_PAUSE);
        emit GroupPausedAt(group, msg.sender, block.timestamp);
    }

    /// @inheritdoc IPauser
    function resume(bytes32 group) external restricted {
        Group storage g = _groups[group];
        if (block.timestamp >= g.endsAt) revert NotPaused(group);
        g.endsAt = uint40(block.timestamp);
        emit GroupResumedAt(group, msg.sender, block.timestamp);
    }

    /* VIEWS */

    /// @inheritdoc IPauser
    function status(bytes32 group) external view returns (uint256 clock, bool paused, uint256 resumedAt) {
        Group memory g = _groups[group];
        paused = block.timestamp < g.endsAt;
        uint256 stoppedFor = (paused ? block.timestamp : g.endsAt) - g.startedAt;
        clock = block.timestamp - g.pausedBefore - stoppedFor;
        resumedAt = paused ? 0 : g.endsAt;
    }
}
