// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Authority
/// @notice Who may do what, and after which delay: OpenZeppelin's AccessManager, unchanged, one per deployment.
/// @dev Roles, targets and delays are listed in `scripts/params/`; the deployer gives its own role up at the end.
/// @custom:kill None. `setTargetClosed` closes the restricted entries of a contract; every exit is unrestricted.
contract Authority is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
