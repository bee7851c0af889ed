// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {IRoyaltyEngine} from "../royalties/interfaces/IRoyaltyEngine.sol";
import {ICurve} from "./interfaces/ICurve.sol";
import {INFTPool, PoolKind, PoolObservation, SwapQuote} from "./interfaces/INFTPool.sol";
import {INFTPoolFactory} from "./interfaces/INFTPoolFactory.sol";
import {IPoolTrader} from "./interfaces/IPoolTrader.sol";
import {FixedTerms, PoolArgs} from "./libraries/PoolArgs.sol";
import {RoyaltyLeg, SwapMath} from "./libraries/SwapMath.sol";
import {TokenLists} from "./libraries/TokenLists.sol";

/// @title NFTPool
/// @notice See {INFTPool}. Clones of this code carry their fixed terms behind it; what may change is one slot. The money
/// of an owned pool is its balance less the protocol's fees; a shared pool keeps a ledger of its own, so that a gift
/// never moves the price of a share.
/// @custom:kill None: an owner drains, providers remove. The factory can delist a curve for new pools only.
contract NFTPool is INFTPool, ERC20 {
    using MeasuredTransfer for IERC20;
    using SafeERC20 for IERC20;
    using WadMath for uint256;

    /* TYPES */

    struct Hot {
        // 11 + 11 + 7 + 2 + 1 = 32
        uint88 spot; // 0: not created by the factory
        uint88 delta;
        uint56 fees; // of the protocol, the part not carried over
        uint16 feeBps;
        bool carried; // there are more fees in `_carriedFees`
    }

    struct Ledger {
        // 16 + 16 = 32
        uint128 assets;
        uint128 nfts;
    }

    struct Past {
        // 16 + 5 + 5 + 6 = 32
        uint128 priceSeconds; // 88 bits of price, 40 bits of seconds
        uint40 at; // unix seconds
        uint40 thickSince; // unix seconds
        uint48 cashed; // fractions paid in cash since the last whole NFT of them, parts of `CASHED_NFT`
    }

    struct Mark {
        // 16 + 5 = 21
        uint128 priceSeconds;
        uint40 at; // unix seconds
    }

    /* CONSTANTS */

    /// @inheritdoc INFTPool
    uint256 public constant THICK = 5;
    /// @inheritdoc INFTPool
    uint256 public constant CASH_WINDOW = 30 minutes;
    /// @inheritdoc INFTPool
    uint256 public constant LEAST_SUPPLY = 1e15;
    /// @dev Shares of the first NFT, with the asset that comes with it.
    uint256 internal constant SHARES_PER_NFT = 1e18;
    /// @dev One NFT of fractions paid in cash: that much moves the state as the sale of one.
    uint256 internal constant CASHED_NFT = 1e14;
    /// @dev Most steps `depthAt` walks.
    uint256 internal constant MAX_DEPTH = 500;

    /* IMMUTABLES */

    IERC20 internal immutable ASSET;
    IRoyaltyEngine public immutable ROYALTIES;
    INFTPoolFactory public immutable FACTORY;

    /* STORAGE */

    Hot internal _hot;
    uint256 internal _carriedFees;
    Ledger internal _ledger;
    Past internal _past;
    /// @dev Two earlier sums, `CASH_WINDOW` or more apart: one of them is at least that old.
    Mark internal _newer;
    Mark internal _older;
    uint256 internal transient _locked;

    /* CONSTRUCTOR */

    constructor(address asset_, address royalties, address factory) ERC20("", "") {
        if (asset_ == address(0) || royalties == address(0) || factory == address(0)) {
            revert CommonErrors.ZeroAddress();
        }
        ASSET = IERC20(asset_);
        ROYALTIES = IRoyaltyEngine(royalties);
        FACTORY = INFTPoolFactory(factory);
    }

    modifier locks() {
        if (_locked != 0) revert CommonErrors.GroupLocked();
        _locked = 1;
        _;
        _locked = 0;
    }

    modifier unlocked() {
        if (_locked != 0) revert CommonErrors.GroupLocked();
        _;
    }

    modifier inTime(uint256 deadline) {
        if (block.timestamp > deadline) revert CommonErrors.DeadlineExpired(deadline, block.timestamp);
        _;
    }

    modifier onlyFactory() {
        if (msg.sender != address(FACTORY)) revert CommonErrors.Unauthorized(msg.sender);
        _;
    }

    /* SWAPS */

    /// @inheritdoc INFTPool
    function buy(uint256[] calldata tokenIds, uint256 maxCost, address receiver, uint256 deadline, bytes calldata data)
        external
        locks
        inTime(deadline)
        returns (uint256 cost)
    {
        FixedTerms memory t = PoolArgs.read(address(this));
        Hot memory hot = _live();
        (SwapQuote memory q, RoyaltyLeg[] memory legs) = _quoteBuy(t, hot, tokenIds, msg.sender);
        cost = q.total;
        if (cost > maxCost) revert CostAboveMax(cost, maxCost);
        if (t.kind == PoolKind.Shared) {
            _remember(t, hot);
            Ledger memory book_ = _ledger;
            _keep(t, q, book_.assets + q.price + q.lpFee, book_.nfts - tokenIds.length);
        }
        _store(hot, q);
        emit NftsBought(msg.sender, receiver, tokenIds, cost, q.lpFee, q.protocolFee, q.royalty, q.newSpot, q.newDelta);

        uint256 before = ASSET.balanceOf(address(this));
        TokenLists.pushAll(t.collection, tokenIds, receiver);
        if (data.length == 0) {
            ASSET.safeTransferFrom(msg.sender, address(this), cost);
        } else {
            bytes4 answer = IPoolTrader(msg.sender).onPoolBuy(cost, data);
            if (answer != IPoolTrader.onPoolBuy.selector) revert BadTraderCallback(answer);
        }
        uint256 arrived = ASSET.balanceOf(address(this)).zeroFloorSub(before);
        if (arrived < cost) revert ShortPayment(arrived, cost);
        _payRoyalties(t.collection, tokenIds, q, legs);
    }

    /// @inheritdoc INFTPool
    function sell(
        uint256[] calldata tokenIds,
        uint256 minProceeds,
        address receiver,
        uint256 deadline,
        bytes32[][] calldata proofs,
        bytes calldata data
    ) external locks inTime(deadline) returns (uint256 proceeds) {
        FixedTerms memory t = PoolArgs.read(address(this));
        Hot memory hot = _live();
        (SwapQuote memory q, RoyaltyLeg[] memory legs) = _quoteSell(t, hot, tokenIds, msg.sender);
        proceeds = q.total;
        if (proceeds < minProceeds) revert ProceedsBelowMin(proceeds, minProceeds);
        TokenLists.requireListed(t.listRoot, tokenIds, proofs);
        if (t.kind == PoolKind.Shared) {
            _remember(t, hot);
            Ledger memory book_ = _ledger;
            _keep(t, q, book_.assets - (q.price - q.lpFee), book_.nfts + tokenIds.length);
        }
        _store(hot, q);
        emit NftsSold(
            msg.sender, receiver, tokenIds, proceeds, q.lpFee, q.protocolFee, q.royalty, q.newSpot, q.newDelta
        );

        if (data.length == 0) {
            TokenLists.pullAll(t.collection, tokenIds, msg.sender);
            ASSET.safeTransfer(receiver, proceeds);
        } else {
            TokenLists.requireForeign(t.collection, tokenIds);
            ASSET.safeTransfer(receiver, proceeds);
            bytes4 answer = IPoolTrader(msg.sender).onPoolSell(proceeds, data);
            if (answer != IPoolTrader.onPoolSell.selector) revert BadTraderCallback(answer);
            TokenLists.requireHeld(t.collection, tokenIds);
        }
        _payRoyalties(t.collection, tokenIds, q, legs);
    }

    /// @inheritdoc INFTPool
    function quoteBuy(uint256[] calldata tokenIds, address buyer) external view unlocked returns (SwapQuote memory q) {
        FixedTerms memory t = PoolArgs.read(address(this));
        (q,) = _quoteBuy(t, _live(), tokenIds, buyer);
        TokenLists.requireHeld(t.collection, tokenIds);
    }

    /// @inheritdoc INFTPool
    function quoteSell(uint256[] calldata tokenIds, address seller)
        external
        view
        unlocked
        returns (SwapQuote memory q)
    {
        FixedTerms memory t = PoolArgs.read(address(this));
        (q,) = _quoteSell(t, _live(), tokenIds, seller);
        TokenLists.requireForeign(t.collection, tokenIds);
    }

    /* FACTORY */

    /// @inheritdoc INFTPool
    function initialize(uint256 spot, uint256 delta, uint256 feeBps) external onlyFactory {
        _hot = Hot(_fit(spot), _fit(delta), 0, uint16(feeBps), false); // safe: the factory checked the fee
    }

    /// @inheritdoc INFTPool
    function book(address from, uint256[] calldata tokenIds, uint256 assets)
        external
        locks
        onlyFactory
        returns (uint256 shares)
    {
        FixedTerms memory t = PoolArgs.read(address(this));
        if (t.kind != PoolKind.Shared) {
            emit PoolFunded(from, tokenIds, assets);
            return 0;
        }
        if (t.listRoot != 0 && tokenIds.length != 0) revert NotOnList(tokenIds[0]);
        uint256 due;
        Hot memory hot = _live();
        (due, shares) = _quoteAdd(t, hot, tokenIds.length, assets);
        if (due != assets) revert ShortPayment(assets, due);
        _grow(t, hot, from, from, tokenIds, assets, shares);
    }

    /* OWNED POOLS */

    /// @inheritdoc INFTPool
    function fund(uint256[] calldata tokenIds, uint256 assets) external locks {
        FixedTerms memory t = _owned();
        _live();
        emit PoolFunded(msg.sender, tokenIds, assets);
        TokenLists.pullAll(t.collection, tokenIds, msg.sender);
        _collect(assets);
    }

    /// @inheritdoc INFTPool
    function drain(uint256[] calldata tokenIds, uint256 assets, address receiver) external locks {
        FixedTerms memory t = _owned();
        uint256 held = _own(t, _live());
        if (assets > held) revert PoolShort(held, assets);
        emit PoolDrained(receiver, tokenIds, assets);
        TokenLists.pushAll(t.collection, tokenIds, receiver);
        if (assets != 0) ASSET.safeTransfer(receiver, assets);
    }

    /// @inheritdoc INFTPool
    function setTerms(uint256 spot, uint256 delta, uint256 feeBps) external locks {
        FixedTerms memory t = _owned();
        Hot memory hot = _live();
        if (feeBps > PoolArgs.MAX_FEE_BPS) {
            revert CommonErrors.OutOfBounds("feeBps", feeBps, 0, PoolArgs.MAX_FEE_BPS);
        }
        ICurve(t.curve).validate(spot, delta);
        (hot.spot, hot.delta, hot.feeBps) = (_fit(spot), _fit(delta), uint16(feeBps)); // safe: bounded above
        _hot = hot;
        emit PoolTermsSet(spot, delta, feeBps);
    }

    /* SHARED POOLS */

    /// @inheritdoc INFTPool
    function addLiquidity(
        uint256[] calldata tokenIds,
        uint256 maxAssets,
        uint256 minShares,
        address receiver,
        uint256 deadline,
        bytes32[][] calldata proofs
    ) external locks inTime(deadline) returns (uint256 assets, uint256 shares) {
        FixedTerms memory t = _shared();
        Hot memory hot = _live();
        (assets, shares) = _quoteAdd(t, hot, tokenIds.length, maxAssets);
        if (assets > maxAssets) revert CostAboveMax(assets, maxAssets);
        if (shares < minShares) revert SharesBelowMin(shares, minShares);
        TokenLists.requireListed(t.listRoot, tokenIds, proofs);
        _grow(t, hot, msg.sender, receiver, tokenIds, assets, shares);
        TokenLists.pullAll(t.collection, tokenIds, msg.sender);
        _collect(assets);
    }

    /// @inheritdoc INFTPool
    function removeLiquidity(
        uint256 shares,
        uint256[] calldata tokenIds,
        uint256 minAssets,
        address receiver,
        uint256 deadline
    ) external locks inTime(deadline) returns (uint256 assets) {
        FixedTerms memory t = _shared();
        Hot memory hot = _live();
        uint256 supply = totalSupply();
        (uint256 due, uint256 gross, uint256 cash) = _quoteRemove(t, hot, shares);
        // gifts leave with the last shares
        if (shares == supply ? tokenIds.length < due : tokenIds.length != due) {
            revert WrongNftCount(tokenIds.length, due);
        }
        assets = gross;
        if (assets < minAssets) revert ProceedsBelowMin(assets, minAssets);
        _remember(t, hot);
        _burn(msg.sender, shares);
        SwapQuote memory q;
        (q.newSpot, q.newDelta) = (hot.spot, hot.delta);
        if (shares != supply) _shrink(t, q, supply, shares, cash != 0);
        Ledger memory book_ = _ledger;
        _keep(t, q, shares == supply ? 0 : book_.assets - assets, book_.nfts - due);
        _store(hot, q);
        emit LiquidityRemoved(msg.sender, receiver, tokenIds, assets, cash, shares, q.newSpot, q.newDelta);
        TokenLists.pushAll(t.collection, tokenIds, receiver);
        if (assets != 0) ASSET.safeTransfer(receiver, assets);
    }

    /// @inheritdoc INFTPool
    function quoteAdd(uint256 count, uint256 maxAssets)
        external
        view
        unlocked
        returns (uint256 assets, uint256 shares)
    {
        return _quoteAdd(_shared(), _live(), count, maxAssets);
    }

    /// @inheritdoc INFTPool
    function quoteRemove(uint256 shares)
        external
        view
        unlocked
        returns (uint256 nfts, uint256 assets, uint256 cashInLieu)
    {
        return _quoteRemove(_shared(), _live(), shares);
    }

    /* ANYONE */

    /// @inheritdoc INFTPool
    function collectProtocolFees() external locks returns (uint256 assets) {
        Hot memory hot = _live();
        assets = _feesOf(hot);
        if (assets == 0) return 0;
        (hot.fees, hot.carried, _carriedFees) = (0, false, 0);
        _hot = hot;
        address to = FACTORY.feeReceiver();
        emit ProtocolFeesCollected(to, assets);
        ASSET.safeTransfer(to, assets);
    }

    /* VIEWS */

    /// @inheritdoc INFTPool
    function kind() external view returns (PoolKind) {
        return PoolArgs.read(address(this)).kind;
    }

    /// @inheritdoc INFTPool
    function collection() external view returns (address) {
        return PoolArgs.read(address(this)).collection;
    }

    /// @inheritdoc INFTPool
    function asset() external view returns (address) {
        return address(ASSET);
    }

    /// @inheritdoc INFTPool
    function curve() external view returns (address) {
        return PoolArgs.read(address(this)).curve;
    }

    /// @inheritdoc INFTPool
    function owner() external view returns (address) {
        return PoolArgs.read(address(this)).owner;
    }

    /// @inheritdoc INFTPool
    function listRoot() external view returns (bytes32) {
        return PoolArgs.read(address(this)).listRoot;
    }

    /// @inheritdoc INFTPool
    function state()
        external
        view
        unlocked
        returns (uint256 spot, uint256 delta, uint256 feeBps, uint256 protocolFeeBps, uint256 protocolFees)
    {
        Hot memory hot = _live();
        return (hot.spot, hot.delta, hot.feeBps, PoolArgs.read(address(this)).protocolFeeBps, _feesOf(hot));
    }

    /// @inheritdoc INFTPool
    function reserves() external view unlocked returns (uint256 nfts, uint256 assets) {
        FixedTerms memory t = PoolArgs.read(address(this));
        assets = _own(t, _live());
        nfts = t.kind == PoolKind.Shared ? _ledger.nfts : IERC721(t.collection).balanceOf(address(this));
    }

    /// @inheritdoc INFTPool
    function depthAt(uint256 minPrice, uint256 most) external view unlocked returns (uint256 count) {
        FixedTerms memory t = PoolArgs.read(address(this));
        Hot memory hot = _live();
        if (t.kind == PoolKind.Sell) return 0;
        return SwapMath.depth(t, hot.spot, hot.delta, hot.feeBps, _own(t, hot), minPrice, most.min(MAX_DEPTH));
    }

    /// @inheritdoc INFTPool
    /// @dev Not locked: all of it is written before anyone is called, and a reader who got no answer inside a trade could be
    /// made to do without on purpose.
    function observe() external view returns (PoolObservation memory) {
        FixedTerms memory t = _shared();
        Past memory past = _pastNow(t, _live());
        return PoolObservation(past.priceSeconds, block.timestamp, past.thickSince);
    }

    /// @notice Name of the shares of a shared pool.
    function name() public pure override returns (string memory) {
        return "Vitrine Pool Share";
    }

    /// @notice Symbol of the shares of a shared pool.
    function symbol() public pure override returns (string memory) {
        return "VPS";
    }

    /* INTERNAL */

    /// @dev The hot slot of a pool that the factory created.
    function _live() internal view returns (Hot memory hot) {
        hot = _hot;
        if (hot.spot == 0) revert NotInitialized();
    }

    function _owned() internal view returns (FixedTerms memory t) {
        t = PoolArgs.read(address(this));
        if (t.kind == PoolKind.Shared) revert WrongKind(t.kind);
        if (msg.sender != t.owner) revert CommonErrors.Unauthorized(msg.sender);
    }

    function _shared() internal view returns (FixedTerms memory t) {
        t = PoolArgs.read(address(this));
        if (t.kind != PoolKind.Shared) revert WrongKind(t.kind);
    }

    function _fit(uint256 value) internal pure returns (uint88) {
        if (value > type(uint88).max) revert CommonErrors.Overflow(value, 88);
        return uint88(value);
    }

    function _feesOf(Hot memory hot) internal view returns (uint256) {
        return hot.carried ? hot.fees + _carriedFees : hot.fees;
    }

    /// @dev Asset of the pool's own.
    function _own(FixedTerms memory t, Hot memory hot) internal view returns (uint256) {
        if (t.kind == PoolKind.Shared) return _ledger.assets;
        return ASSET.balanceOf(address(this)).zeroFloorSub(_feesOf(hot));
    }

    function _quoteBuy(FixedTerms memory t, Hot memory hot, uint256[] calldata tokenIds, address buyer)
        internal
        view
        returns (SwapQuote memory q, RoyaltyLeg[] memory legs)
    {
        if (t.kind == PoolKind.Buy) revert WrongDirection(t.kind);
        TokenLists.requireDistinct(tokenIds);
        if (t.kind == PoolKind.Shared && _ledger.nfts < tokenIds.length) {
            revert TooFewNfts(_ledger.nfts, tokenIds.length);
        }
        (q.price, q.newSpot, q.newDelta) = ICurve(t.curve).buyUp(hot.spot, hot.delta, tokenIds.length);
        legs = SwapMath.addLegs(q, t, hot.feeBps, ROYALTIES, tokenIds, buyer);
        q.total = q.price + q.lpFee + q.protocolFee + q.royalty;
    }

    function _quoteSell(FixedTerms memory t, Hot memory hot, uint256[] calldata tokenIds, address seller)
        internal
        view
        returns (SwapQuote memory q, RoyaltyLeg[] memory legs)
    {
        if (t.kind == PoolKind.Sell) revert WrongDirection(t.kind);
        TokenLists.requireDistinct(tokenIds);
        (q.price, q.newSpot, q.newDelta) = ICurve(t.curve).sellDown(hot.spot, hot.delta, tokenIds.length);
        legs = SwapMath.addLegs(q, t, hot.feeBps, ROYALTIES, tokenIds, seller);
        uint256 taken = q.lpFee + q.protocolFee + q.royalty;
        if (taken > q.price) revert FeesAbovePrice(taken, q.price);
        q.total = q.price - taken;
        uint256 held = _own(t, hot);
        if (held < q.price - q.lpFee) revert PoolShort(held, q.price - q.lpFee);
    }

    function _quoteAdd(FixedTerms memory t, Hot memory hot, uint256 count, uint256 maxAssets)
        internal
        view
        returns (uint256 assets, uint256 shares)
    {
        uint256 supply = totalSupply();
        // of so few shares each would stand for too much to be given out fairly
        if (supply != 0 && supply < LEAST_SUPPLY) revert TooFewShares(supply, LEAST_SUPPLY);
        Ledger memory book_ = _ledger;
        if (supply == 0) {
            assets = count * ICurve(t.curve).priceOf(hot.spot, hot.delta);
            shares = count * SHARES_PER_NFT;
        } else if (book_.nfts != 0) {
            assets = uint256(book_.assets).mulDivUp(count, book_.nfts);
            shares = supply.mulDivDown(count, book_.nfts);
        } else {
            if (count != 0) revert WrongNftCount(count, 0);
            assets = maxAssets;
            shares = book_.assets == 0 ? 0 : supply.mulDivDown(assets, book_.assets);
        }
        if (shares == 0) revert NothingTraded();
    }

    function _quoteRemove(FixedTerms memory t, Hot memory hot, uint256 shares)
        internal
        view
        returns (uint256 nfts, uint256 assets, uint256 cash)
    {
        uint256 supply = totalSupply();
        if (shares == 0) revert NothingTraded();
        if (shares > supply) revert CommonErrors.OutOfBounds("shares", shares, 1, supply);
        Ledger memory book_ = _ledger;
        if (shares == supply) {
            // the ledger is never more than the balance: what is above it was given
            return (book_.nfts, ASSET.balanceOf(address(this)).zeroFloorSub(_feesOf(hot)), 0);
        }
        nfts = uint256(book_.nfts).mulDivDown(shares, supply);
        assets = uint256(book_.assets).mulDivDown(shares, supply);
        uint256 fraction = book_.nfts * shares - nfts * supply; // of `supply`
        if (fraction != 0) {
            cash = _cashPrice(t, hot).mulDivDown(fraction, supply).min(book_.assets - assets);
            assets += cash;
        }
    }

    /// @dev Books what a provider adds. The asset and the NFTs are moved by the caller.
    function _grow(
        FixedTerms memory t,
        Hot memory hot,
        address from,
        address receiver,
        uint256[] calldata tokenIds,
        uint256 assets,
        uint256 shares
    ) internal {
        _remember(t, hot);
        uint256 supply = totalSupply();
        _mint(receiver, shares);
        SwapQuote memory q;
        (q.newSpot, q.newDelta) = (hot.spot, hot.delta);
        if (supply != 0) (q.newSpot, q.newDelta) = ICurve(t.curve).scale(hot.spot, hot.delta, supply, supply + shares);
        Ledger memory book_ = _ledger;
        _keep(t, q, book_.assets + assets, book_.nfts + tokenIds.length);
        _store(hot, q);
        emit LiquidityAdded(from, receiver, tokenIds, assets, shares, q.newSpot, q.newDelta);
    }

    /// @dev Fewer shares: the curve's state shrinks along where it can. Nobody is kept in by a state that has become too
    /// small to be one. A fraction paid in cash was sold to those who stay: each whole NFT of them moves the state as one
    /// sold does, or leaving piece by piece would sell any number at one price.
    function _shrink(FixedTerms memory t, SwapQuote memory q, uint256 supply, uint256 shares, bool paid) internal {
        (uint256 oldSpot, uint256 oldDelta) = (q.newSpot, q.newDelta);
        if (supply - shares >= LEAST_SUPPLY) {
            try ICurve(t.curve).scale(oldSpot, oldDelta, supply, supply - shares) returns (uint256 x, uint256 y) {
                (q.newSpot, q.newDelta) = (x, y);
            } catch {}
        }
        if (!paid) return;
        uint256 fraction = mulmod(_ledger.nfts, shares, supply); // of `supply`
        uint256 cashed = _past.cashed + fraction.mulDivUp(CASHED_NFT, supply);
        if (cashed >= CASHED_NFT) {
            cashed -= CASHED_NFT;
            try ICurve(t.curve).sellDown(q.newSpot, q.newDelta, 1) returns (uint256, uint256 x, uint256 y) {
                (q.newSpot, q.newDelta) = (x, y);
            } catch {
                // at the state before, one could be sold: that is where the cash came from
                (, q.newSpot, q.newDelta) = ICurve(t.curve).sellDown(oldSpot, oldDelta, 1);
            }
        }
        _past.cashed = uint48(cashed); // safe: below CASHED_NFT
    }

    /// @dev What a fraction of an NFT is paid at: the bid of now, or what it was at the average price of at least
    /// `CASH_WINDOW`, whichever is less. Who pushes the price up for a moment and leaves gains nothing.
    function _cashPrice(FixedTerms memory t, Hot memory hot) internal view returns (uint256 bid) {
        Mark memory mark = _newer;
        if (mark.at + CASH_WINDOW > block.timestamp) mark = _older;
        if (mark.at == 0) return 0;
        bid = SwapMath.bidFor(t, hot.spot, hot.delta, hot.feeBps);
        uint256 average = (_pastNow(t, hot).priceSeconds - mark.priceSeconds) / (block.timestamp - mark.at);
        uint256 price = ICurve(t.curve).priceOf(hot.spot, hot.delta);
        if (average < price) bid = bid.mulDivDown(average, price);
    }

    /// @dev The new curve state, and the protocol's fee on top of the others.
    function _store(Hot memory hot, SwapQuote memory q) internal {
        hot.spot = _fit(q.newSpot);
        hot.delta = _fit(q.newDelta);
        uint256 fees = hot.fees + q.protocolFee;
        if (fees > type(uint56).max) {
            _carriedFees += fees;
            (fees, hot.carried) = (0, true);
        }
        hot.fees = uint56(fees); // safe: checked above
        _hot = hot;
    }

    /// @dev The ledger of a shared pool, and since when it is thick at the new state.
    function _keep(FixedTerms memory t, SwapQuote memory q, uint256 assets, uint256 nfts) internal {
        if (assets > type(uint128).max) revert CommonErrors.Overflow(assets, 128);
        _ledger = Ledger(uint128(assets), uint128(nfts)); // safe: checked above; no collection has 2^128 tokens
        bool thick = nfts >= THICK && assets >= THICK * ICurve(t.curve).priceOf(q.newSpot, q.newDelta);
        uint40 since = _past.thickSince;
        if (!thick) _past.thickSince = 0;
        else if (since == 0) _past.thickSince = uint40(block.timestamp);
    }

    /// @dev Before the state changes: adds the price that stood since the last change.
    function _remember(FixedTerms memory t, Hot memory hot) internal {
        if (_past.at == block.timestamp) return;
        Past memory past = _pastNow(t, hot);
        _past = past;
        Mark memory newer = _newer;
        if (newer.at + CASH_WINDOW > block.timestamp) return;
        (_older, _newer) = (newer, Mark(past.priceSeconds, past.at));
    }

    function _pastNow(FixedTerms memory t, Hot memory hot) internal view returns (Past memory past) {
        past = _past;
        if (past.at != 0 && past.at != block.timestamp) {
            // cut to 88 bits: a product of a fraction of an NFT may price a whole one above, and no sum may keep anyone in
            uint256 price = ICurve(t.curve).priceOf(hot.spot, hot.delta).min(type(uint88).max);
            past.priceSeconds += uint128(price * (block.timestamp - past.at)); // times 40 bits of seconds
        }
        past.at = uint40(block.timestamp);
    }

    function _collect(uint256 assets) internal {
        uint256 arrived = ASSET.pullTo(msg.sender, address(this), assets);
        if (arrived != assets) revert ShortPayment(arrived, assets);
    }

    /// @dev Exactly what was quoted, to the ledger of the engine; nobody is called.
    function _payRoyalties(
        address collection_,
        uint256[] calldata tokenIds,
        SwapQuote memory q,
        RoyaltyLeg[] memory legs
    ) internal {
        if (legs.length == 0) return;
        if (q.royalty != 0) ASSET.safeTransfer(address(ROYALTIES), q.royalty);
        uint256 base = q.price / tokenIds.length;
        for (uint256 i; i < legs.length; ++i) {
            RoyaltyLeg memory leg = legs[i];
            if (leg.due != 0) ROYALTIES.credit(collection_, tokenIds[i], leg.receiver, base, leg.due, leg.paid);
        }
    }
}
