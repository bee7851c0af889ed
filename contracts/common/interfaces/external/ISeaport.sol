// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a maker gives. Kinds: 0 native, 1 ERC-20, 2 ERC-721, 3 ERC-1155, 4 ERC-721 by criteria, 5 ERC-1155 by
/// criteria. Amounts move linearly from start to end; offers round down, considerations up.
struct OfferItem {
    uint8 itemType;
    address token;
    uint256 identifierOrCriteria;
    uint256 startAmount;
    uint256 endAmount;
}

/// @notice What a maker wants, and for whom.
struct ConsiderationItem {
    uint8 itemType;
    address token;
    uint256 identifierOrCriteria;
    uint256 startAmount;
    uint256 endAmount;
    address recipient;
}

/// @notice Order types: 0 whole, 1 in parts, 2 and 3 the same behind a zone, 4 made up by a contract.
struct OrderParameters {
    address offerer;
    address zone;
    OfferItem[] offer;
    ConsiderationItem[] consideration;
    uint8 orderType;
    uint256 startTime;
    uint256 endTime;
    bytes32 zoneHash;
    uint256 salt;
    bytes32 conduitKey;
    uint256 totalOriginalConsiderationItems;
}

/// @notice What is hashed and signed: the parameters with the maker's counter in the place of the item count.
struct OrderComponents {
    address offerer;
    address zone;
    OfferItem[] offer;
    ConsiderationItem[] consideration;
    uint8 orderType;
    uint256 startTime;
    uint256 endTime;
    bytes32 zoneHash;
    uint256 salt;
    bytes32 conduitKey;
    uint256 counter;
}

/// @notice An order and the part of it to fill.
struct AdvancedOrder {
    OrderParameters parameters;
    uint120 numerator;
    uint120 denominator;
    bytes signature;
    bytes extraData;
}

/// @notice The token chosen for an item by criteria; `side` 0 is the offer, 1 the consideration.
struct CriteriaResolver {
    uint256 orderIndex;
    uint8 side;
    uint256 index;
    uint256 identifier;
    bytes32[] criteriaProof;
}

/// @title Seaport 1.6, as far as it is called here
interface ISeaport {
    function fulfillAdvancedOrder(
        AdvancedOrder calldata order,
        CriteriaResolver[] calldata resolvers,
        bytes32 fulfillerConduitKey,
        address recipient
    ) external payable returns (bool fulfilled);

    function getOrderHash(OrderComponents calldata order) external view returns (bytes32 orderHash);

    function getOrderStatus(bytes32 orderHash)
        external
        view
        returns (bool isValidated, bool isCancelled, uint256 totalFilled, uint256 totalSize);

    function getCounter(address offerer) external view returns (uint256 counter);

    function information()
        external
        view
        returns (string memory version, bytes32 domainSeparator, address conduitController);
}
