// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BoundedCall} from "../common/calls/BoundedCall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {IERC173} from "../common/interfaces/external/IERC173.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {IRoyaltyEngine, RoyaltyPolicy} from "./interfaces/IRoyaltyEngine.sol";

/// @title RoyaltyEngine
/// @notice See {IRoyaltyEngine}.
/// @custom:kill None: what was credited can always be claimed. Governance can waive; venues decide where they ask.
contract RoyaltyEngine is IRoyaltyEngine, AccessManaged {
    using SafeERC20 for IERC20;
    using WadMath for uint256;

    /* TYPES */

    struct Terms {
        // slot 0: 20 + 2 + 1 + 1 + 2 = 26
        address receiver; // of the override
        uint16 bps;
        bool overridden;
        RoyaltyPolicy policy;
        uint16 reducedBps;
    }

    /* CONSTANTS */

    /// @inheritdoc IRoyaltyEngine
    uint256 public constant MAX_ROYALTY_BPS = 1_000;
    /// @inheritdoc IRoyaltyEngine
    /// @dev A proxy (two cold slots, a cold account) that asks a registry and a record per token stays below 35,000.
    uint256 public constant LOOKUP_GAS = 50_000;

    /* IMMUTABLES */

    /// @inheritdoc IRoyaltyEngine
    address public immutable asset;

    /* STORAGE */

    /// @inheritdoc IRoyaltyEngine
    uint256 public totalClaimable;
    /// @inheritdoc IRoyaltyEngine
    mapping(address receiver => uint256) public claimable;
    /// @inheritdoc IRoyaltyEngine
    mapping(address caller => bool) public isEntitled;
    mapping(address collection => Terms) internal _terms;
    bool internal transient _entered;

    /* CONSTRUCTOR */

    constructor(address accessManager, address asset_) AccessManaged(accessManager) {
        if (asset_ == address(0)) revert CommonErrors.ZeroAddress();
        asset = asset_;
    }

    /* VENUES */

    /// @inheritdoc IRoyaltyEngine
    function royaltyOf(address collection, uint256 tokenId, uint256 price, address trader)
        external
        view
        returns (address receiver, uint256 due, uint256 payable_)
    {
        Terms memory t = _terms[collection];
        if (t.overridden) {
            (receiver, due) = (t.receiver, price.bpsDown(t.bps));
        } else {
            (bool ok, uint256 to, uint256 asked,) =
                BoundedCall.ask(collection, LOOKUP_GAS, abi.encodeCall(IERC2981.royaltyInfo, (tokenId, price)), 2);
            if (!ok || asked == 0 || to >> 160 != 0) return (address(0), 0, 0);
            (receiver, due) = (address(uint160(to)), asked.min(price.bpsDown(MAX_ROYALTY_BPS)));
        }
        if (receiver == address(0) || due == 0) return (address(0), 0, 0);
        payable_ = due;
        if (t.policy != RoyaltyPolicy.Full && isEntitled[trader]) {
            payable_ = t.policy == RoyaltyPolicy.Waived ? 0 : due.bpsDown(t.reducedBps);
        }
    }

    /// @inheritdoc IRoyaltyEngine
    function credit(address collection, uint256 tokenId, address receiver, uint256 price, uint256 due, uint256 payable_)
        external
        returns (uint256 paid)
    {
        if (_entered) revert CommonErrors.GroupLocked();
        if (receiver == address(0)) revert CommonErrors.ZeroAddress();
        if (payable_ != 0) {
            uint256 total = totalClaimable;
            paid = payable_.min(IERC20(asset).balanceOf(address(this)).zeroFloorSub(total));
            if (paid != 0) {
                totalClaimable = total + paid;
                claimable[receiver] += paid;
                emit RoyaltyPaid(receiver, msg.sender, paid);
            }
        }
        emit RoyaltyDue(collection, tokenId, msg.sender, receiver, price, due, paid);
    }

    /* RECEIVERS */

    /// @inheritdoc IRoyaltyEngine
    /// @dev Locked against {credit}: to an asset that calls out before it moves, what leaves would look uncredited.
    function claim(address to) external returns (uint256 assets) {
        if (_entered) revert CommonErrors.GroupLocked();
        if (to == address(0)) revert CommonErrors.ZeroAddress();
        assets = claimable[msg.sender];
        if (assets == 0) return 0;
        _entered = true;
        claimable[msg.sender] = 0;
        totalClaimable -= assets;
        emit RoyaltyClaimed(msg.sender, to, assets);
        IERC20(asset).safeTransfer(to, assets);
        _entered = false;
    }

    /* COLLECTION OWNERS */

    /// @inheritdoc IRoyaltyEngine
    function setOverride(address collection, address receiver, uint256 bps) external {
        _requireOwner(collection);
        if (bps > MAX_ROYALTY_BPS) revert CommonErrors.OutOfBounds("bps", bps, 0, MAX_ROYALTY_BPS);
        if ((bps == 0) != (receiver == address(0))) revert CommonErrors.ZeroAddress();
        Terms storage t = _terms[collection];
        (t.receiver, t.bps, t.overridden) = (receiver, uint16(bps), true); // safe: at most MAX_ROYALTY_BPS
        emit RoyaltyOverridden(collection, receiver, bps, true);
    }

    /// @inheritdoc IRoyaltyEngine
    function clearOverride(address collection) external {
        _requireOwner(collection);
        Terms storage t = _terms[collection];
        (t.receiver, t.bps, t.overridden) = (address(0), 0, false);
        emit RoyaltyOverridden(collection, address(0), 0, false);
    }

    /* GOVERNANCE */

    /// @inheritdoc IRoyaltyEngine
    function setPolicy(address collection, RoyaltyPolicy policy, uint256 reducedBps) external restricted {
        uint256 most = policy == RoyaltyPolicy.Reduced ? WadMath.BPS : 0;
        if (reducedBps > most) revert CommonErrors.OutOfBounds("reducedBps", reducedBps, 0, most);
        Terms storage t = _terms[collection];
        (t.policy, t.reducedBps) = (policy, uint16(reducedBps)); // safe: at most 10,000
        emit RoyaltyPolicySet(collection, policy, reducedBps);
    }

    /// @inheritdoc IRoyaltyEngine
    function setEntitled(address caller, bool entitled) external restricted {
        if (caller == address(0)) revert CommonErrors.ZeroAddress();
        isEntitled[caller] = entitled;
        emit EntitledSet(caller, entitled);
    }

    /* VIEWS */

    /// @inheritdoc IRoyaltyEngine
    function overrideOf(address collection) external view returns (address receiver, uint256 bps, bool set) {
        Terms memory t = _terms[collection];
        return (t.receiver, t.bps, t.overridden);
    }

    /// @inheritdoc IRoyaltyEngine
    function policyOf(address collection) external view returns (RoyaltyPolicy policy, uint256 reducedBps) {
        Terms memory t = _terms[collection];
        return (t.policy, t.reducedBps);
    }

    /* INTERNAL */

    function _requireOwner(address collection) private view {
        (bool ok, uint256 owner,,) = BoundedCall.ask(collection, LOOKUP_GAS, abi.encodeCall(IERC173.owner, ()), 1);
        if (!ok || owner != uint256(uint160(msg.sender))) revert NotCollectionOwner(collection, msg.sender);
    }
}
