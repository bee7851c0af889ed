// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {Appraisal, IAppraisalBook} from "./interfaces/IAppraisalBook.sol";
import {IAppraisals} from "./interfaces/IAppraisals.sol";

/// @title Appraisals
/// @notice See {IAppraisalBook}.
/// @custom:kill None: pricing is never paused. Governance may revoke; every token then is one floor piece.
contract Appraisals is IAppraisalBook, AccessManaged, EIP712, Multicall {
    /* TYPES */

    struct Record {
        // slot 0: 2 + 5 + 5 = 12
        uint16 units; // 0: none, or revoked
        uint40 issuedAt;
        uint40 expiresAt;
    }

    struct Root {
        bytes32 root; // slot 0
        // slot 1: 5 + 5 = 10
        uint40 setAt;
        uint40 revokedAt; // of the whole collection
    }

    /* CONSTANTS */

    /// @inheritdoc IAppraisalBook
    uint256 public constant FLOOR_UNITS = 100;
    /// @inheritdoc IAppraisalBook
    uint256 public constant MAX_UNITS = 300;
    /// @inheritdoc IAppraisalBook
    uint256 public constant MAX_LIFE = 180 days;

    bytes32 private constant APPRAISAL_TYPEHASH = keccak256(
        "Appraisal(address collection,uint256 tokenId,uint256 units,uint256 issuedAt,uint256 expiresAt,uint256 deadline)"
    );

    /* STORAGE */

    mapping(address collection => mapping(uint256 tokenId => Record)) internal _records;
    mapping(address collection => Root) internal _roots;
    mapping(address collection => mapping(address appraiser => bool)) internal _isAppraiser;

    /* CONSTRUCTOR */

    constructor(address accessManager) AccessManaged(accessManager) EIP712("Vitrine Appraisals", "1") {}

    /* GOVERNANCE */

    /// @inheritdoc IAppraisalBook
    function setRoot(address collection, bytes32 root) external restricted {
        if (collection == address(0)) revert CommonErrors.ZeroAddress();
        Root storage r = _roots[collection];
        (r.root, r.setAt) = (root, uint40(block.timestamp));
        emit RootSet(collection, root, block.timestamp);
    }

    /// @inheritdoc IAppraisalBook
    function setAppraiser(address collection, address appraiser, bool allowed) external restricted {
        if (collection == address(0) || appraiser == address(0)) revert CommonErrors.ZeroAddress();
        _isAppraiser[collection][appraiser] = allowed;
        emit AppraiserSet(collection, appraiser, allowed);
    }

    /// @inheritdoc IAppraisalBook
    function revoke(address collection, uint256 tokenId) external restricted {
        _records[collection][tokenId] = Record({units: 0, issuedAt: uint40(block.timestamp), expiresAt: 0});
        emit AppraisalRevoked(collection, tokenId, block.timestamp);
    }

    /// @inheritdoc IAppraisalBook
    function revokeCollection(address collection) external restricted {
        Root storage r = _roots[collection];
        (r.root, r.revokedAt) = (bytes32(0), uint40(block.timestamp));
        emit CollectionRevoked(collection, block.timestamp);
    }

    /* USER ACTIONS */

    /// @inheritdoc IAppraisalBook
    function postProven(address collection, uint256 tokenId, uint256 units, uint256 expiresAt, bytes32[] calldata proof)
        external
    {
        Root storage r = _roots[collection];
        bytes32 root = r.root;
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(collection, tokenId, units, expiresAt))));
        if (root == bytes32(0) || !MerkleProof.verifyCalldata(proof, root, leaf)) revert ProofInvalid(leaf, root);
        _post(collection, tokenId, address(0), units, r.setAt, expiresAt);
    }

    /// @inheritdoc IAppraisalBook
    function postSigned(Appraisal calldata a, address appraiser, bytes calldata signature) external {
        if (block.timestamp > a.deadline) revert CommonErrors.DeadlineExpired(a.deadline, block.timestamp);
        if (!_isAppraiser[a.collection][appraiser]) revert AppraiserUnknown(a.collection, appraiser);
        if (!SignatureChecker.isValidSignatureNowCalldata(appraiser, digestOf(a), signature)) {
            revert CommonErrors.BadSignature(appraiser);
        }
        _post(a.collection, a.tokenId, appraiser, a.units, a.issuedAt, a.expiresAt);
    }

    /* VIEWS */

    /// @inheritdoc IAppraisals
    function unitsOf(address collection, uint256 tokenId) external view returns (uint256 units, uint256 expiresAt) {
        Record storage r = _records[collection][tokenId];
        (units, expiresAt) = (r.units, r.expiresAt);
        if (units == 0 || block.timestamp > expiresAt || r.issuedAt <= _roots[collection].revokedAt) {
            return (FLOOR_UNITS, 0);
        }
    }

    /// @inheritdoc IAppraisalBook
    function recordOf(address collection, uint256 tokenId)
        external
        view
        returns (uint256 units, uint256 issuedAt, uint256 expiresAt)
    {
        Record storage r = _records[collection][tokenId];
        return (r.units, r.issuedAt, r.expiresAt);
    }

    /// @inheritdoc IAppraisalBook
    function rootOf(address collection) external view returns (bytes32 root, uint256 setAt, uint256 revokedAt) {
        Root storage r = _roots[collection];
        return (r.root, r.setAt, r.revokedAt);
    }

    /// @inheritdoc IAppraisalBook
    function isAppraiser(address collection, address appraiser) external view returns (bool) {
        return _isAppraiser[collection][appraiser];
    }

    /// @inheritdoc IAppraisalBook
    function digestOf(Appraisal calldata a) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(APPRAISAL_TYPEHASH, a.collection, a.tokenId, a.units, a.issuedAt, a.expiresAt, a.deadline)
            )
        );
    }

    /* INTERNAL */

    function _post(
        address collection,
        uint256 tokenId,
        address appraiser,
        uint256 units,
        uint256 issuedAt,
        uint256 expiresAt
    ) private {
        if (issuedAt > block.timestamp) revert IssuedInFuture(issuedAt, block.timestamp);
        if (units < FLOOR_UNITS || units > MAX_UNITS) {
            revert CommonErrors.OutOfBounds("units", units, FLOOR_UNITS, MAX_UNITS);
        }
        if (expiresAt < block.timestamp) revert AppraisalExpired(expiresAt, block.timestamp);
        if (expiresAt > issuedAt + MAX_LIFE) {
            revert CommonErrors.OutOfBounds("expiresAt", expiresAt, block.timestamp, issuedAt + MAX_LIFE);
        }
        Record storage r = _records[collection][tokenId];
        uint256 standing = r.issuedAt;
        uint256 revokedAt = _roots[collection].revokedAt;
        if (revokedAt > standing) standing = revokedAt;
        if (issuedAt <= standing) revert AppraisalNotNewer(issuedAt, standing);
        // safe: units at most MAX_UNITS, times bounded by the block's plus MAX_LIFE
        (r.units, r.issuedAt, r.expiresAt) = (uint16(units), uint40(issuedAt), uint40(expiresAt));
        emit AppraisalPosted(collection, tokenId, appraiser, units, issuedAt, expiresAt);
    }
}
