// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {MeasuredTransfer} from "../common/tokens/MeasuredTransfer.sol";
import {NftCustody} from "../common/tokens/NftCustody.sol";
import {ICurve} from "./interfaces/ICurve.sol";
import {INFTPool, PoolKind} from "./interfaces/INFTPool.sol";
import {INFTPoolFactory, PoolTerms} from "./interfaces/INFTPoolFactory.sol";
import {FixedTerms, PoolArgs} from "./libraries/PoolArgs.sol";

/// @title NFTPoolFactory
/// @notice See {INFTPoolFactory}. A pool is known by its address: that of a clone of this factory whose code carries
/// its terms. Nothing is stored per pool.
/// @custom:kill Delisting every curve stops new pools; those that exist go on.
contract NFTPoolFactory is INFTPoolFactory, AccessManaged {
    using MeasuredTransfer for IERC20;

    /* TYPES */

    struct Fees {
        // 20 + 2 = 22
        address receiver;
        uint16 bps;
    }

    /* CONSTANTS */

    /// @inheritdoc INFTPoolFactory
    uint256 public constant MAX_FEE_BPS = PoolArgs.MAX_FEE_BPS;
    /// @inheritdoc INFTPoolFactory
    uint256 public constant MAX_PROTOCOL_FEE_BPS = PoolArgs.MAX_PROTOCOL_FEE_BPS;

    /* IMMUTABLES */

    /// @inheritdoc INFTPoolFactory
    address public immutable implementation;
    IERC20 internal immutable ASSET;

    /* STORAGE */

    Fees internal _fees;
    /// @inheritdoc INFTPoolFactory
    mapping(address curve => bool) public isCurve;

    /* CONSTRUCTOR */

    constructor(address accessManager, address pool, address asset, uint256 feeBps, address receiver)
        AccessManaged(accessManager)
    {
        if (pool == address(0) || asset == address(0)) revert CommonErrors.ZeroAddress();
        implementation = pool;
        ASSET = IERC20(asset);
        _setProtocolFee(feeBps);
        _setFeeReceiver(receiver);
    }

    /* USER ACTIONS */

    /// @inheritdoc INFTPoolFactory
    function create(PoolTerms calldata terms) external returns (address pool) {
        return _create(terms);
    }

    /// @inheritdoc INFTPoolFactory
    function createAndFund(PoolTerms calldata terms, uint256[] calldata tokenIds, uint256 assets)
        external
        returns (address pool)
    {
        pool = _create(terms);
        uint256 due = assets;
        if (terms.kind == PoolKind.Shared) {
            (due,) = INFTPool(pool).quoteAdd(tokenIds.length, assets);
            if (due > assets) revert INFTPool.CostAboveMax(due, assets);
        }
        for (uint256 i; i < tokenIds.length; ++i) {
            IERC721(terms.collection).transferFrom(msg.sender, pool, tokenIds[i]);
            NftCustody.requireOwner(terms.collection, tokenIds[i], pool);
        }
        uint256 arrived = ASSET.pullTo(msg.sender, pool, due);
        if (arrived != due) revert INFTPool.ShortPayment(arrived, due);
        INFTPool(pool).book(msg.sender, tokenIds, due);
    }

    /* GOVERNANCE */

    /// @inheritdoc INFTPoolFactory
    function setCurve(address curve, bool listed) external restricted {
        if (curve == address(0)) revert CommonErrors.ZeroAddress();
        isCurve[curve] = listed;
        emit CurveListed(curve, listed);
    }

    /// @inheritdoc INFTPoolFactory
    function setProtocolFee(uint256 bps) external restricted {
        _setProtocolFee(bps);
    }

    /// @inheritdoc INFTPoolFactory
    function setFeeReceiver(address receiver) external restricted {
        _setFeeReceiver(receiver);
    }

    /* VIEWS */

    /// @inheritdoc INFTPoolFactory
    function isPool(address pool) external view returns (bool) {
        if (pool.code.length < PoolArgs.MIN_CODE) return false;
        return _addressOf(Clones.fetchCloneArgs(pool)) == pool;
    }

    /// @inheritdoc INFTPoolFactory
    function poolOf(PoolTerms calldata terms, address creator) external view returns (address) {
        return _addressOf(_argsOf(terms, creator));
    }

    /// @inheritdoc INFTPoolFactory
    function feeReceiver() external view returns (address) {
        return _fees.receiver;
    }

    /// @inheritdoc INFTPoolFactory
    function protocolFeeBps() external view returns (uint256) {
        return _fees.bps;
    }

    /* INTERNAL */

    function _create(PoolTerms calldata terms) internal returns (address pool) {
        if (!isCurve[terms.curve]) revert CurveNotListed(terms.curve);
        if (terms.owner == address(0)) revert CommonErrors.ZeroAddress();
        if (terms.feeBps > MAX_FEE_BPS) {
            revert CommonErrors.OutOfBounds("feeBps", terms.feeBps, 0, MAX_FEE_BPS);
        }
        if (!ERC165Checker.supportsERC165InterfaceUnchecked(terms.collection, type(IERC721).interfaceId)) {
            revert NotErc721(terms.collection);
        }
        ICurve(terms.curve).validate(terms.spot, terms.delta);
        if (terms.kind == PoolKind.Shared) ICurve(terms.curve).scale(terms.spot, terms.delta, 1, 2);
        pool = Clones.cloneDeterministicWithImmutableArgs(implementation, _argsOf(terms, msg.sender), 0);
        emit PoolCreated(
            pool,
            terms.collection,
            terms.owner,
            terms.curve,
            terms.kind,
            terms.feeBps,
            _fees.bps,
            terms.spot,
            terms.delta,
            terms.listRoot
        );
        INFTPool(pool).initialize(terms.spot, terms.delta, terms.feeBps);
    }

    /// @dev The tag makes the address depend on the creator and on all terms: nobody can be there first with others.
    function _argsOf(PoolTerms calldata terms, address creator) internal view returns (bytes memory) {
        bytes32 tag = keccak256(abi.encode(creator, terms.salt, terms.spot, terms.delta, terms.feeBps));
        return PoolArgs.encode(
            FixedTerms(terms.collection, terms.curve, terms.owner, terms.kind, _fees.bps, terms.listRoot), tag
        );
    }

    function _addressOf(bytes memory args) internal view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(implementation, args, 0);
    }

    function _setProtocolFee(uint256 bps) internal {
        if (bps > MAX_PROTOCOL_FEE_BPS) revert CommonErrors.OutOfBounds("bps", bps, 0, MAX_PROTOCOL_FEE_BPS);
        _fees.bps = uint16(bps); // safe: bounded above
        emit ProtocolFeeSet(bps);
    }

    function _setFeeReceiver(address receiver) internal {
        if (receiver == address(0)) revert CommonErrors.ZeroAddress();
        _fees.receiver = receiver;
        emit FeeReceiverSet(receiver);
    }
}
