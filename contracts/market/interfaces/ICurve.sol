// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A bonding curve: stateless prices of buying from and selling into a pool
/// @notice `spot` and `delta` are the state a pool keeps; what they mean is the curve's affair. Amounts are asset units.
/// Costs are rounded up and proceeds down, so that a round trip never profits.
/// @dev Nothing wraps and nothing panics: what does not fit is a named error.
interface ICurve {
    /// @notice `delta` is no valid parameter of this curve at `spot`.
    error BadDelta(uint256 delta);
    /// @notice `spot` is below one asset unit, or above what a pool can hold.
    error BadSpot(uint256 spot);
    /// @notice The curve cannot quote `count` tokens from here: the price would leave the range a pool can hold.
    error CurveExhausted(uint256 spot, uint256 delta, uint256 count);

    /// @notice The prices of this curve cannot follow the liquidity of a shared pool.
    error NotScalable();

    /// @notice Reverts unless a pool may start at `spot` with `delta`.
    function validate(uint256 spot, uint256 delta) external pure;

    /// @notice Cost of `count` tokens bought from the pool, rounded up, without fees; and the state afterwards.
    function buyUp(uint256 spot, uint256 delta, uint256 count)
        external
        pure
        returns (uint256 cost, uint256 newSpot, uint256 newDelta);

    /// @notice Proceeds of `count` tokens sold into the pool, rounded down, without fees; and the state afterwards.
    function sellDown(uint256 spot, uint256 delta, uint256 count)
        external
        pure
        returns (uint256 proceeds, uint256 newSpot, uint256 newDelta);

    /// @notice The price of the pool, rounded down: the next token costs a buyer at least this, and brings a seller at
    /// most this, without fees.
    function priceOf(uint256 spot, uint256 delta) external pure returns (uint256);

    /// @notice The state after the liquidity of a shared pool grew or shrank from `before_` to `after_` parts: twice the
    /// liquidity takes twice the trade to the same price. What stays is the price at which nothing is gained either way
    /// (the middle of ask and bid, the ratio of reserves), to the rounding.
    /// @dev Without it, who leaves after pushing the price would sell back into a pool as deep as before, at the cost of
    /// those who stay. Reverts `NotScalable` where prices cannot follow: such a curve serves owned pools only.
    function scale(uint256 spot, uint256 delta, uint256 before_, uint256 after_)
        external
        pure
        returns (uint256 newSpot, uint256 newDelta);
}
