// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Seaport's registry of conduits, as far as it is called here
interface IConduitController {
    function getConduit(bytes32 conduitKey) external view returns (address conduit, bool exists);
}
