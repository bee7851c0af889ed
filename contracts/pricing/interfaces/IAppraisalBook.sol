// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAppraisals} from "./IAppraisals.sol";

/// @notice One appraisal of one token.
/// @dev Signed as EIP-712 `Appraisal(address collection,uint256 tokenId,uint256 units,uint256 issuedAt,uint256
/// expiresAt,uint256 deadline)` in the domain {"Vitrine Appraisals", "1", chain id, this contract}.
struct Appraisal {
    address collection;
    uint256 tokenId;
    uint256 units; // 1/100 floor piece, FLOOR_UNITS to MAX_UNITS
    uint256 issuedAt; // unix seconds; the newer of two replaces the older
    uint256 expiresAt; // unix seconds; the appraisal ends with this second
    uint256 deadline; // unix seconds; last second at which it may be posted
}

/// @title Where appraisals come from
/// @notice A token's units come from a Merkle root that governance set for its collection, or from a message signed by
/// one of its appraisers (EOA or ERC-1271); anyone posts them. Per token the one issued last counts, until it
/// expires. `issuedAt` is the nonce: an older or equal one is refused for ever, also after a revocation.
/// @dev A leaf of a root is `keccak256(keccak256(abi.encode(collection, tokenId, units, expiresAt)))` and counts as
/// issued when the root was set. Removing an appraiser stops his signatures, not what was posted: revoke that.
interface IAppraisalBook is IAppraisals {
    /* EVENTS */

    /// @notice A token's appraisal; `appraiser` is zero for one out of a root.
    event AppraisalPosted(
        address indexed collection,
        uint256 indexed tokenId,
        address indexed appraiser,
        uint256 units,
        uint256 issuedAt,
        uint256 expiresAt
    );
    /// @notice A token's appraisal was taken back; nothing issued until `at` counts any more.
    event AppraisalRevoked(address indexed collection, uint256 indexed tokenId, uint256 at);
    /// @notice All appraisals of a collection issued until `at` were taken back, its root, too.
    event CollectionRevoked(address indexed collection, uint256 at);
    /// @notice Appraisals of `collection` may be proven against `root`; they count as issued at `at`.
    event RootSet(address indexed collection, bytes32 root, uint256 at);
    /// @notice `appraiser` may (or may no longer) sign for `collection`.
    event AppraiserSet(address indexed collection, address indexed appraiser, bool allowed);

    /* ERRORS */

    /// @notice An appraisal issued at `standing` is there (or was revoked then); one issued at `issuedAt` is not newer.
    error AppraisalNotNewer(uint256 issuedAt, uint256 standing);
    /// @notice `issuedAt` lies after `now_`.
    error IssuedInFuture(uint256 issuedAt, uint256 now_);
    /// @notice The appraisal ended at `expiresAt`.
    error AppraisalExpired(uint256 expiresAt, uint256 now_);
    /// @notice The proof does not lead from `leaf` to `root`.
    error ProofInvalid(bytes32 leaf, bytes32 root);
    /// @notice `appraiser` may not sign for `collection`.
    error AppraiserUnknown(address collection, address appraiser);

    /* GOVERNANCE */

    /// @notice Sets the root of `collection`; zero closes it. Governance role.
    function setRoot(address collection, bytes32 root) external;

    /// @notice Allows or forbids `appraiser` to sign for `collection`. Governance role.
    function setAppraiser(address collection, address appraiser, bool allowed) external;

    /// @notice Takes back a token's appraisal and all issued until now. Governance role.
    function revoke(address collection, uint256 tokenId) external;

    /// @notice Takes back all of a collection's appraisals issued until now, and its root. Governance role.
    function revokeCollection(address collection) external;

    /* USER ACTIONS */

    /// @notice Posts an appraisal proven against the collection's root. Anyone.
    function postProven(address collection, uint256 tokenId, uint256 units, uint256 expiresAt, bytes32[] calldata proof)
        external;

    /// @notice Posts an appraisal signed by an appraiser of its collection. Anyone.
    function postSigned(Appraisal calldata appraisal, address appraiser, bytes calldata signature) external;

    /* VIEWS */

    /// @notice Units of a floor piece.
    function FLOOR_UNITS() external view returns (uint256);

    /// @notice Most units of a token.
    function MAX_UNITS() external view returns (uint256);

    /// @notice Longest life of an appraisal from its issue, seconds.
    function MAX_LIFE() external view returns (uint256);

    /// @notice The posted record, expired or not; all zero when there is none.
    function recordOf(address collection, uint256 tokenId)
        external
        view
        returns (uint256 units, uint256 issuedAt, uint256 expiresAt);

    /// @notice Root of a collection, when it was set, and until when appraisals of the collection were revoked.
    function rootOf(address collection) external view returns (bytes32 root, uint256 setAt, uint256 revokedAt);

    /// @notice Whether `appraiser` may sign for `collection`.
    function isAppraiser(address collection, address appraiser) external view returns (bool);

    /// @notice What an appraiser signs: the EIP-712 digest.
    function digestOf(Appraisal calldata appraisal) external view returns (bytes32);
}
