// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFloorFeed} from "./IFloorFeed.sol";

/// @notice One reporter's signed report for one slot time.
/// @dev The signature is EIP-712 over `Report(uint256 slotAt,uint256[] items)` in the domain
/// {"Vitrine SignedFloorFeed", "1", chain id, this contract}. An item is one word per collection:
///
///     bits 240-255  feed id, ascending within a report; the same ids in all reports of one transaction
///     bits 208-239  age of the observation at the slot time, seconds
///     bits 192-207  confidence, bps; above 10,000 it is 10,000
///     bits 128-191  spot   in 1e-8 ETH, 0: this reporter has no price for it
///     bits  64-127  sale   in 1e-8 ETH, 0 absent
///     bits   0-63   depth  in 1e-8 ETH, 0 absent
struct Report {
    address reporter;
    uint256[] items;
    bytes signature;
}

/// @notice Why a collection got no round.
enum ItemReason {
    NotListed, // no such feed id, or delisted
    SlotNotNew, // a round of this slot time, or of a later one, is already there: replayed or reordered
    NoQuorum, // fewer than `quorum` usable values
    OutsideBand // first price outside the governed band
}

/// @title Floor prices signed by a quorum of reporters
/// @notice Each reporter signs one report per slot time over many collections; one transaction by anyone carries a
/// quorum of them. Per collection and field the median counts (even number: mean of the middle two, rounded down), so
/// with `quorum >= 2f + 1` f liars move no value beyond what honest reporters said: 3 of 5 tolerates one.
/// @dev A sale or depth counts when at least `quorum` reporters give one; fewer make it absent. A spot may move by
/// `15 % * elapsed / 4 h`, at most 60 %, either way, from one slot to the next; beyond that it is clamped, never
/// refused. Not promised: that a quorum of liars is noticed; that somebody posts.
interface ISignedFloorFeed is IFloorFeed {
    /* EVENTS */

    /// @notice `reporter` counts from now on.
    event ReporterAdded(address indexed reporter);
    /// @notice `reporter` does not count any more.
    event ReporterRemoved(address indexed reporter);
    /// @notice `quorum` usable values are needed per collection.
    event QuorumSet(uint256 quorum);
    /// @notice `collection` got the key `id`; a first price must lie in [`low`, `high`], units of 1e-8 ETH.
    event FeedListed(uint256 indexed id, address indexed collection, uint256 low, uint256 high);
    /// @notice The first-price band of `id` changed, units of 1e-8 ETH.
    event BandSet(uint256 indexed id, uint256 low, uint256 high);
    /// @notice `id` takes no reports any more and reads as dead.
    event FeedDelisted(uint256 indexed id);
    /// @notice `id` takes reports again, from a first price on; its history is forgotten.
    event FeedRelisted(uint256 indexed id);
    /// @notice Rounds were stored. Each word is the stored one (see {RoundCodec}) with the feed id in the place of the
    /// posting time (bits 176-207), which is `slotAt` plus the delay of the word.
    event RoundsPosted(uint256 slotAt, uint256[] rounds);
    /// @notice The median `wanted` was beyond the bound and became `taken`, units of 1e-8 ETH.
    event SpotClamped(uint256 indexed id, uint256 indexed slotAt, uint256 wanted, uint256 taken);
    /// @notice `id` got no round at `slotAt`; `detail` is the number that was refused.
    event ItemRejected(uint256 indexed id, uint256 indexed slotAt, ItemReason reason, uint256 detail);
    /// @notice The `spot` of one reporter for `id` is zero or above MAX_PRICE: his item did not count.
    event ValueIgnored(uint256 indexed id, uint256 indexed slotAt, address indexed reporter, uint256 spot);
    /// @notice A report was carried, but its signer is not a reporter (any more).
    event ReportIgnored(uint256 indexed slotAt, address indexed reporter);

    /* ERRORS */

    /// @notice `slotAt` is not a multiple of `slotSeconds`.
    error SlotMisaligned(uint256 slotAt, uint256 slotSeconds);
    /// @notice `slotAt` lies after `now_`.
    error SlotInFuture(uint256 slotAt, uint256 now_);
    /// @notice `slotAt` was before `oldest`, the oldest slot time that may still be posted.
    error SlotTooOld(uint256 slotAt, uint256 oldest);
    /// @notice Reports must be in ascending order of reporters, each once.
    error ReportersUnordered(address previous, address next);
    /// @notice The report of `reporter` is not about the same feeds as the first one.
    error ItemsMisaligned(address reporter);
    /// @notice Items of a report must be in ascending order of feed ids, each once.
    error ItemsUnordered(uint256 previous, uint256 next);
    /// @notice Only `live` reports of reporters, `quorum` are needed.
    error QuorumMissing(uint256 live, uint256 quorum);
    /// @notice Not one item could be taken: a replay, a reordered slot, or nothing but rejected values.
    error NothingAccepted(uint256 slotAt);
    /// @notice `reporter` is a reporter already.
    error ReporterKnown(address reporter);
    /// @notice `reporter` is not a reporter.
    error ReporterUnknown(address reporter);
    /// @notice `collection` already has the key `id`.
    error FeedKnown(address collection, uint256 id);
    /// @notice There is no feed `id`, or its state is already the one asked for.
    error FeedStateWrong(uint256 id);

    /* GOVERNANCE */

    /// @notice Adds a reporter (EOA or ERC-1271 contract); counts at once. Governance role.
    function addReporter(address reporter) external;

    /// @notice Removes a reporter; his signatures stop counting at once. Never below the quorum. Governance role.
    function removeReporter(address reporter) external;

    /// @notice Puts `next` in the place of `previous`. Governance role.
    function replaceReporter(address previous, address next) external;

    /// @notice Sets the quorum within [MIN_QUORUM, number of reporters]. Governance role.
    function setQuorum(uint256 quorum) external;

    /// @notice Gives `collection` a key, for ever. `low` and `high` bound its first price, units of 1e-8 ETH.
    /// Governance role.
    function list(address collection, uint256 low, uint256 high) external returns (uint256 id);

    /// @notice Moves the first-price band. Governance role.
    function setBand(uint256 id, uint256 low, uint256 high) external;

    /// @notice Closes or reopens a feed. A reopened one starts from a first price and takes no slot it has had.
    /// Governance role.
    function setListed(uint256 id, bool listed) external;

    /* USER ACTIONS */

    /// @notice Posts one slot time: at least `quorum` reports in ascending order of reporters. Anyone.
    /// @return accepted number of collections that got a round
    function update(uint256 slotAt, Report[] calldata reports) external returns (uint256 accepted);

    /* VIEWS */

    /// @notice Unit of posted prices, wei.
    function PRICE_UNIT() external view returns (uint256);

    /// @notice Highest price, units of 1e-8 ETH.
    function MAX_PRICE() external view returns (uint256);

    /// @notice Smallest quorum: 2f + 1 with f = 1.
    function MIN_QUORUM() external view returns (uint256);

    /// @notice Most reporters.
    function MAX_REPORTERS() external view returns (uint256);

    /// @notice Longest time from a slot to its posting, seconds.
    function MAX_REPORT_AGE() external view returns (uint256);

    /// @notice Slot times are multiples of this, seconds.
    function slotSeconds() external view returns (uint256);

    /// @notice Time in which the average forgets half of what it was, seconds.
    function halfLife() external view returns (uint256);

    /// @notice Usable values needed per collection.
    function quorum() external view returns (uint256);

    /// @notice Number of reporters.
    function reporterCount() external view returns (uint256);

    /// @notice Whether signatures of `reporter` count now.
    function isReporter(address reporter) external view returns (bool);

    /// @notice Number of keys given; keys run from 1.
    function feedCount() external view returns (uint256);

    /// @notice Collection and first-price band (units of 1e-8 ETH) of a key.
    function feedAt(uint256 id) external view returns (address collection, uint256 low, uint256 high, bool listed);

    /// @notice The stored word of a key, see {RoundCodec}.
    function roundAt(uint256 id) external view returns (uint256 round);

    /// @notice What a reporter signs: the EIP-712 digest of a report.
    function digestOf(uint256 slotAt, uint256[] calldata items) external view returns (bytes32);
}
