// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolKind} from "./INFTPool.sol";

/// @notice What a pool is created with; `owner` of a shared pool has no rights.
struct PoolTerms {
    address collection;
    address curve;
    address owner;
    PoolKind kind;
    uint16 feeBps; // to the pool: market maker or shares
    uint256 spot;
    uint256 delta;
    bytes32 listRoot; // 0: every id
    uint64 salt; // any number the creator has not used for the same terms
}

/// @title Creates pools and knows them again
/// @notice Pools are clones with immutable arguments. Curves are listed by governance; the protocol fee of a pool is
/// fixed at its creation.
interface INFTPoolFactory {
    /* EVENTS */

    /// @notice A pool began to exist.
    event PoolCreated(
        address indexed pool,
        address indexed collection,
        address indexed owner,
        address curve,
        PoolKind kind,
        uint256 feeBps,
        uint256 protocolFeeBps,
        uint256 spot,
        uint256 delta,
        bytes32 listRoot
    );
    /// @notice `curve` may, or may no longer, be used by new pools.
    event CurveListed(address indexed curve, bool listed);
    /// @notice Pools created from now on pay this of each trade, basis points.
    event ProtocolFeeSet(uint256 bps);
    /// @notice Protocol fees go to `receiver`.
    event FeeReceiverSet(address indexed receiver);

    /* ERRORS */

    /// @notice New pools may not use `curve`.
    error CurveNotListed(address curve);
    /// @notice `collection` is no contract that answers as ERC-721.
    error NotErc721(address collection);

    /* USER ACTIONS */

    /// @notice Creates a pool; NFTs and asset are added afterwards, or in the same call with {createAndFund}.
    function create(PoolTerms calldata terms) external returns (address pool);

    /// @notice Creates a pool and puts NFTs and asset of the caller into it; for a shared pool the caller gets the first
    /// shares. The caller must have approved this factory.
    /// @param assets of a shared pool: most that may be taken (one price per NFT is)
    function createAndFund(PoolTerms calldata terms, uint256[] calldata tokenIds, uint256 assets)
        external
        returns (address pool);

    /* GOVERNANCE */

    /// @notice Lets new pools use `curve`, or no longer.
    function setCurve(address curve, bool listed) external;

    /// @notice Sets the protocol fee of new pools, at most `MAX_PROTOCOL_FEE_BPS`.
    function setProtocolFee(uint256 bps) external;

    /// @notice Sets where every pool sends its protocol fees.
    function setFeeReceiver(address receiver) external;

    /* VIEWS */

    /// @notice Whether `pool` was created here.
    function isPool(address pool) external view returns (bool);

    /// @notice Where `terms` of `creator` would be put.
    function poolOf(PoolTerms calldata terms, address creator) external view returns (address);

    /// @notice Whether new pools may use `curve`.
    function isCurve(address curve) external view returns (bool);

    /// @notice Code of every pool.
    function implementation() external view returns (address);

    /// @notice Where protocol fees are sent.
    function feeReceiver() external view returns (address);

    /// @notice Protocol fee of new pools, basis points.
    function protocolFeeBps() external view returns (uint256);

    /// @notice Most LP fee of a pool, basis points of the price.
    function MAX_FEE_BPS() external view returns (uint256);

    /// @notice Most protocol fee of a pool, basis points of the price.
    function MAX_PROTOCOL_FEE_BPS() external view returns (uint256);
}
