// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a pool does. Buy, Sell, TwoSided: owned by a market maker (seen from the pool: a Buy pool buys NFTs).
/// Shared: anyone adds NFTs and asset for shares; curve and fee are fixed for ever.
enum PoolKind {
    Buy,
    Sell,
    TwoSided,
    Shared
}

/// @notice Every leg of a swap, asset units. Buying: total = price + lpFee + protocolFee + royalty. Selling: total =
/// price - lpFee - protocolFee - royalty. `price` is the curve's, rounded against the trader; fees are rounded up, the
/// royalty down.
struct SwapQuote {
    uint256 total;
    uint256 price;
    uint256 lpFee;
    uint256 protocolFee;
    uint256 royalty;
    uint256 newSpot;
    uint256 newDelta;
}

/// @notice What a shared pool remembers of its past.
struct PoolObservation {
    uint256 priceSeconds; // sum over time of (price left by the block before) * seconds, up to now
    uint256 at; // now, unix seconds
    uint256 thickSince; // since when it has held the least inventory without a gap, unix seconds; 0: it does not
}

/// @title A pool of one ERC-721 collection against the asset
/// @notice Quotes equal execution within a block. NFTs sold into a pool with a list need a Merkle proof each. Every
/// entry is locked for its duration, views too.
/// @dev Which NFTs a pool holds is the collection's own record; there is no storage per NFT.
interface INFTPool {
    /* EVENTS */

    /// @notice NFTs were bought from the pool.
    event NftsBought(
        address indexed buyer,
        address indexed receiver,
        uint256[] tokenIds,
        uint256 total,
        uint256 lpFee,
        uint256 protocolFee,
        uint256 royalty,
        uint256 spot,
        uint256 delta
    );
    /// @notice NFTs were sold into the pool.
    event NftsSold(
        address indexed seller,
        address indexed receiver,
        uint256[] tokenIds,
        uint256 total,
        uint256 lpFee,
        uint256 protocolFee,
        uint256 royalty,
        uint256 spot,
        uint256 delta
    );
    /// @notice The owner put NFTs and asset into an owned pool.
    event PoolFunded(address indexed from, uint256[] tokenIds, uint256 assets);
    /// @notice The owner took NFTs and asset out of an owned pool.
    event PoolDrained(address indexed to, uint256[] tokenIds, uint256 assets);
    /// @notice The owner set curve state and fee of an owned pool.
    event PoolTermsSet(uint256 spot, uint256 delta, uint256 feeBps);
    /// @notice Liquidity was added to a shared pool.
    event LiquidityAdded(
        address indexed provider,
        address indexed receiver,
        uint256[] tokenIds,
        uint256 assets,
        uint256 shares,
        uint256 spot,
        uint256 delta
    );
    /// @notice Liquidity was taken out of a shared pool; `cashInLieu` of `assets` stands for the fraction of an NFT.
    event LiquidityRemoved(
        address indexed provider,
        address indexed receiver,
        uint256[] tokenIds,
        uint256 assets,
        uint256 cashInLieu,
        uint256 shares,
        uint256 spot,
        uint256 delta
    );
    /// @notice Protocol fees left the pool.
    event ProtocolFeesCollected(address indexed to, uint256 assets);

    /* ERRORS */

    /// @notice The pool does not trade in this direction.
    error WrongDirection(PoolKind kind);
    /// @notice This entry is of pools of another kind.
    error WrongKind(PoolKind kind);
    /// @notice The cost exceeds the buyer's limit.
    error CostAboveMax(uint256 cost, uint256 maxCost);
    /// @notice The proceeds are below the seller's limit.
    error ProceedsBelowMin(uint256 proceeds, uint256 minProceeds);
    /// @notice `arrived` asset units reached the pool where `wanted` were due.
    error ShortPayment(uint256 arrived, uint256 wanted);
    /// @notice The pool holds `held` asset units of its own where `wanted` are needed.
    error PoolShort(uint256 held, uint256 wanted);
    /// @notice The token is not on the pool's list.
    error NotOnList(uint256 tokenId);
    /// @notice The pool has `held` NFTs to give where `wanted` are wanted.
    error TooFewNfts(uint256 held, uint256 wanted);
    /// @notice There are `supply` shares, too few to add to; `least` are needed, or none.
    error TooFewShares(uint256 supply, uint256 least);
    /// @notice The token does not belong to the pool.
    error TokenNotHeld(uint256 tokenId);
    /// @notice The token belongs to the pool already: it cannot be sold to it.
    error TokenHeldAlready(uint256 tokenId);
    /// @notice The token is named twice.
    error DuplicateToken(uint256 tokenId);
    /// @notice Nothing is traded.
    error NothingTraded();
    /// @notice Fees and royalty would take more than the price.
    error FeesAbovePrice(uint256 fees, uint256 price);
    /// @notice This is no pool that its factory created.
    error NotInitialized();
    /// @notice The trader's hook did not answer with its selector.
    error BadTraderCallback(bytes4 answer);
    /// @notice Shares would be `shares` where at least `minShares` are wanted.
    error SharesBelowMin(uint256 shares, uint256 minShares);
    /// @notice The shares stand for `due` whole NFTs; `named` were named.
    error WrongNftCount(uint256 named, uint256 due);

    /* SWAPS */

    /// @notice Buys named NFTs from the pool for at most `maxCost`. With `data` the caller is called back
    /// ({IPoolTrader}) instead of being pulled from.
    /// @param deadline last second at which the swap may happen
    function buy(uint256[] calldata tokenIds, uint256 maxCost, address receiver, uint256 deadline, bytes calldata data)
        external
        returns (uint256 cost);

    /// @notice Sells NFTs into the pool for at least `minProceeds`. With `data` the caller gets the proceeds first and is
    /// called back ({IPoolTrader}); afterwards the NFTs, none of which the pool had before, must belong to the pool.
    /// @param proofs one Merkle proof per token when the pool has a list, else empty
    function sell(
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        uint256 deadline,
        bytes32[][] calldata proofs,
        bytes calldata data
    ) external returns (uint256 proceeds);

    /// @notice Every leg of buying these tokens now, as `buyer`.
    function quoteBuy(uint256[] calldata tokenIds, address buyer) external view returns (SwapQuote memory);

    /// @notice Every leg of selling these tokens now, as `seller`.
    function quoteSell(uint256[] calldata tokenIds, address seller) external view returns (SwapQuote memory);

    /* FACTORY */

    /// @notice Sets the state a pool starts with. The factory only, in the call that creates the pool.
    function initialize(uint256 spot, uint256 delta, uint256 feeBps) external;

    /// @notice Books NFTs and asset that the factory moved here from `from`. The factory only.
    /// @return shares of a shared pool, minted to `from`
    function book(address from, uint256[] calldata tokenIds, uint256 assets) external returns (uint256 shares);

    /* OWNED POOLS */

    /// @notice Puts NFTs and asset of the caller into the pool. Owner only.
    function fund(uint256[] calldata tokenIds, uint256 assets) external;

    /// @notice Takes NFTs and asset out of the pool. Owner only; never more than the pool's own.
    function drain(uint256[] calldata tokenIds, uint256 assets, address receiver) external;

    /// @notice Sets curve state and fee. Owner only.
    function setTerms(uint256 spot, uint256 delta, uint256 feeBps) external;

    /* SHARED POOLS */

    /// @notice Adds NFTs and the asset that goes with them, at most `maxAssets`, for shares; while the pool holds no NFT,
    /// asset alone, all of `maxAssets`. The first provider adds one price of asset per NFT.
    function addLiquidity(
        uint256[] calldata tokenIds,
        uint256 maxAssets,
        uint256 minShares,
        address receiver,
        uint256 deadline,
        bytes32[][] calldata proofs
    ) external returns (uint256 assets, uint256 shares);

    /// @notice Burns shares for their part of the NFTs, rounded down, the fraction in cash at the pool's own selling
    /// price net of fees, held down to the average of at least `CASH_WINDOW` (nothing in a younger pool, and never more
    /// than the asset that is left), and their part of the asset, rounded down; the last shares take everything.
    function removeLiquidity(
        uint256 shares,
        uint256[] calldata tokenIds,
        uint256 minAssets,
        address receiver,
        uint256 deadline
    ) external returns (uint256 assets);

    /// @notice The asset that must come with `count` NFTs (with none: `maxAssets`), and the shares for both.
    function quoteAdd(uint256 count, uint256 maxAssets) external view returns (uint256 assets, uint256 shares);

    /// @notice What `shares` stand for: so many NFTs, so much asset, of which so much in lieu of the fraction of an NFT.
    function quoteRemove(uint256 shares) external view returns (uint256 nfts, uint256 assets, uint256 cashInLieu);

    /* ANYONE */

    /// @notice Sends the protocol fees to the factory's receiver.
    function collectProtocolFees() external returns (uint256 assets);

    /* VIEWS */

    /// @notice Least inventory of a shared pool that counts as thick: so many NFTs, and so many prices of asset.
    function THICK() external view returns (uint256);

    /// @notice Least time over which the price is averaged that a fraction of an NFT is paid at, seconds.
    function CASH_WINDOW() external view returns (uint256);

    /// @notice Least supply of shares that can be added to, and that the curve's state follows down.
    function LEAST_SUPPLY() external view returns (uint256);

    /// @notice What the pool does, and whose it is.
    function kind() external view returns (PoolKind);

    /// @notice The ERC-721 collection it trades.
    function collection() external view returns (address);

    /// @notice The ERC-20 it trades against.
    function asset() external view returns (address);

    /// @notice The curve that prices it; see {ICurve}.
    function curve() external view returns (address);

    /// @notice The market maker; the creator of a shared pool, who has no right in it.
    function owner() external view returns (address);

    /// @notice Merkle root of the ids the pool takes; 0: all.
    function listRoot() external view returns (bytes32);

    /// @notice Curve state, LP fee and protocol fee (basis points), protocol fees not yet collected (asset units).
    function state()
        external
        view
        returns (uint256 spot, uint256 delta, uint256 feeBps, uint256 protocolFeeBps, uint256 protocolFees);

    /// @notice NFTs and asset of the pool's own (protocol fees excluded; of a shared pool donations too).
    function reserves() external view returns (uint256 nfts, uint256 assets);

    /// @notice How many NFTs could be sold into the pool now, one after the other, each for at least `minPrice` net of
    /// fees (no royalty), with the asset it holds; at most `most`.
    function depthAt(uint256 minPrice, uint256 most) external view returns (uint256 count);

    /// @notice The past of a shared pool; see {PoolObservation}. It answers inside a trade, too.
    function observe() external view returns (PoolObservation memory);
}
