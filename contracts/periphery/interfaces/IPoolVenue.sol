// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPoolTrader} from "../../market/interfaces/IPoolTrader.sol";
import {IMarketVenue} from "./IMarketVenue.sol";

/// @title Pools of one factory behind the routers
/// @notice One fill is one swap of any number of NFTs with one pool. `data` is `abi.encode(pool)` for buying and
/// `abi.encode(pool, proofs)` for selling.
interface IPoolVenue is IMarketVenue, IPoolTrader {
    /// @notice `pool` is not of this venue's factory.
    error UnknownPool(address pool);
    /// @notice The pool trades another collection than the fill names.
    error WrongCollection(address trades, address named);
}
