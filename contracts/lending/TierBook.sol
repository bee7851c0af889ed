// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";
import {CommonErrors} from "../common/CommonErrors.sol";
import {WadMath} from "../common/math/WadMath.sol";
import {AuctionTerms} from "../liquidation/interfaces/ILiquidationAuction.sol";
import {IAppraisals} from "../pricing/interfaces/IAppraisals.sol";
import {IFloorOracle, OracleState, Quote} from "../pricing/interfaces/IFloorOracle.sol";
import {ICreditDesk} from "./interfaces/ICreditDesk.sol";
import {IExitDepth} from "./interfaces/IExitDepth.sol";
import {Candidate, Health, ITierBook, Tier} from "./interfaces/ITierBook.sol";

/// @title TierBook
/// @notice See {ITierBook}. The hard bounds are constants; governance moves inside them.
/// @custom:kill `setTier` with `open = false` stops pledges and loans of a collection; repay and withdraw stay open.
contract TierBook is ITierBook, AccessManaged {
    using WadMath for uint256;

    /* TYPES */

    struct Place {
        // slot 0: 20 + 11 + 1 = 32
        address collection;
        uint88 epoch; // collections this place has had
        bool measured; // there is an exitDepth: saves its slot where there is none
    }

    /// @dev Quotes of a unit word, per place.
    struct Prices {
        uint256[8] mids;
        uint256 stale; // one bit per place
    }

    /* CONSTANTS */

    uint256 internal constant PLACES = 8;
    uint256 internal constant UNITS_PER_FLOOR = 100;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant TIP_CAP_BPS = 100;
    uint256 internal constant TARGET_BELOW_BPS = 1000;
    /// @dev Mid may exceed the spot at which an NFT sells by this factor.
    uint256 internal constant MID_OVER_SPOT_BPS = 10_500;
    /// @dev Sort key of a candidate: rank (16 bits), what its sale covers (224), position in the list (16).
    uint256 internal constant RANK_SHIFT = 240;
    uint256 internal constant UNRANKED = 256;
    uint256 internal constant INDEX_MASK = 0xffff;
    /// @dev A place in a plan, lowest first: basis points of a sale's target (16), what a sale at the deepest standard
    /// discount adds beyond it (16), auctions that may still start (8), one.
    uint256 internal constant BPS_MASK = 0xffff;
    uint256 internal constant COVER_SHIFT = 16;
    uint256 internal constant SLOTS_SHIFT = 32;
    uint256 internal constant SLOTS_MASK = 0xff;
    uint256 internal constant LOADED = 1 << 40;

    /* IMMUTABLES */

    IFloorOracle public immutable ORACLE;
    IAppraisals public immutable APPRAISALS;
    address public immutable DESK;

    /* STORAGE */

    Place[8] internal _places;
    Tier[8] internal _tiers;
    mapping(address collection => uint256 placePlusOne) internal _placeOf;
    /// @inheritdoc ITierBook
    address public exitDepth;

    /* CONSTRUCTOR */

    constructor(address accessManager, address oracle, address appraisals, address desk) AccessManaged(accessManager) {
        if (oracle == address(0) || appraisals == address(0) || desk == address(0)) revert CommonErrors.ZeroAddress();
        APPRAISALS = IAppraisals(appraisals);
        ORACLE = IFloorOracle(oracle);
        DESK = desk;
    }

    /* GOVERNANCE */

    /// @inheritdoc ITierBook
    function addCollection(address collection, Tier calldata tier) external restricted returns (uint8 place) {
        if (collection == address(0)) revert CommonErrors.ZeroAddress();
        if (_placeOf[collection] != 0) revert CollectionListed(collection);
        ORACLE.quote(collection); // reverts when the oracle does not know it
        _requireSafe(tier);
        while (place < PLACES && _places[place].collection != address(0)) ++place;
        if (place == PLACES) revert NoFreePlace();
        Place storage p = _places[place];
        p.collection = collection;
        p.epoch += 1;
        _placeOf[collection] = uint256(place) + 1;
        _tiers[place] = tier;
        emit CollectionAdded(collection, place, p.epoch);
        emit TierSet(place, tier);
    }

    /// @inheritdoc ITierBook
    function removeCollection(address collection) external restricted {
        uint8 place = _place(collection);
        uint256 held = ICreditDesk(DESK).heldAt(place);
        if (held != 0) revert PlaceNotEmpty(collection, held);
        delete _placeOf[collection];
        delete _tiers[place];
        _places[place].collection = address(0);
        emit CollectionRemoved(collection, place);
    }

    /// @inheritdoc ITierBook
    function setTier(address collection, Tier calldata tier) external restricted {
        uint8 place = _place(collection);
        _requireSafe(tier);
        _tiers[place] = tier;
        emit TierSet(place, tier);
    }

    /// @inheritdoc ITierBook
    function setExitDepth(address source) external restricted {
        exitDepth = source;
        for (uint256 i; i < PLACES; ++i) {
            _places[i].measured = source != address(0); // empty ones, too: who takes them finds it so
        }
        emit ExitDepthSet(source);
    }

    /* VIEWS */

    /// @inheritdoc ITierBook
    function placeOf(address collection) external view returns (uint8 place, bool open) {
        place = _place(collection);
        open = _tiers[place].open;
    }

    /// @inheritdoc ITierBook
    function isStale(address collection) external view returns (bool) {
        return _quote(collection).state == OracleState.Stale;
    }

    /// @inheritdoc ITierBook
    function tierAt(uint8 place) external view returns (address collection, Tier memory tier) {
        if (place >= PLACES) revert CommonErrors.OutOfBounds("place", place, 0, PLACES - 1);
        return (_places[place].collection, _tiers[place]);
    }

    /// @inheritdoc ITierBook
    function creditCapOf(address collection) external view returns (uint256 units) {
        uint8 place = _place(collection);
        return _creditCap(_places[place], _tiers[place].creditCapUnits);
    }

    /// @inheritdoc ITierBook
    function auctionTerms(uint8 place, uint256 tokenId, uint256 units) external view returns (AuctionTerms memory t) {
        Tier storage tier = _tiers[place];
        (uint256 appraised,) = APPRAISALS.unitsOf(_places[place].collection, tokenId);
        t.units = uint16(units); // an NFT has at most 300, and so has its appraisal: the premium is at most 30,000
        t.premiumBps = uint16(uint256(tier.premiumBps).max(appraised.mulDivUp(BPS, units)));
        t.discountMinBps = tier.discountMinBps;
        t.discountMaxBps = tier.discountMaxBps;
        t.reserveBps = tier.reserveBps;
        t.premiumSeconds = tier.premiumSeconds;
        t.bandSeconds = tier.bandSeconds;
        t.distressedSeconds = tier.distressedSeconds;
    }

    /// @inheritdoc ITierBook
    function latestRoundAt() external view returns (uint256 at) {
        for (uint256 i; i < PLACES; ++i) {
            address collection = _places[i].collection;
            if (collection == address(0)) continue;
            try ORACLE.postedAt(collection) returns (uint256 posted) {
                at = at.max(posted);
            } catch {} // one the oracle dropped has no round
        }
    }

    /// @inheritdoc ITierBook
    function measure(uint256 units) external view returns (Health memory h) {
        (h,) = _measure(units);
    }

    /// @inheritdoc ITierBook
    function requireLiquidatable(uint256 units, uint256 debt, uint256 noticeAge, uint256 resumedAt)
        external
        view
        returns (Health memory h)
    {
        (h,) = _measure(units);
        _requireLiquidatable(h, debt, noticeAge, resumedAt);
    }

    /// @inheritdoc ITierBook
    function liquidation(
        uint256 units,
        uint256 debt,
        uint256 noticeAge,
        uint256 resumedAt,
        Candidate[] calldata candidates,
        uint256 behind
    ) external view returns (Health memory h, uint256[] memory chosen) {
        Prices memory prices;
        (h, prices) = _measure(units);
        _requireLiquidatable(h, debt, noticeAge, resumedAt);
        chosen = _plan(candidates, debt, behind, prices);
    }

    /// @inheritdoc ITierBook
    function requireBorrowable(uint256 units, uint256 debt, uint256 behind) external view {
        Health memory h;
        for (uint256 place; units != 0; ++place) {
            uint256 count = units & 0xffff;
            units >>= 16;
            if (count == 0) continue;
            Tier storage tier = _tiers[place];
            Place memory p = _places[place];
            (OracleState state,) = _add(h, tier, p.collection, count);
            if (state != OracleState.Fresh) revert PriceNotFresh(state);
            if (behind == 0) continue;
            if (!tier.open) revert CollectionClosed(p.collection);
            uint256 used = (behind >> (place * 32 + 8)) & 0xffffff;
            uint256 cap = _creditCap(p, tier.creditCapUnits);
            if (used > cap) revert CreditCapExceeded(p.collection, used, cap);
        }
        if (debt > h.borrowLimit) revert DebtAboveLimit(debt, h.borrowLimit);
    }

    /// @inheritdoc ITierBook
    function plan(Candidate[] calldata candidates, uint256 debt, uint256 behind)
        external
        view
        returns (uint256[] memory)
    {
        Prices memory prices;
        uint256 seen;
        for (uint256 i; i < candidates.length; ++i) {
            uint256 place = candidates[i].place;
            if (seen & (1 << place) != 0) continue;
            seen |= 1 << place;
            Quote memory q = _quote(_places[place].collection);
            prices.mids[place] = q.mid;
            if (q.state == OracleState.Stale) prices.stale |= 1 << place;
        }
        return _plan(candidates, debt, behind, prices);
    }

    /* INTERNAL */

    function _requireLiquidatable(Health memory h, uint256 debt, uint256 noticeAge, uint256 resumedAt) internal view {
        if (h.state == OracleState.Stale) revert PriceStale();
        if (h.postedAt == block.timestamp) revert CommonErrors.RoundInThisBlock(h.postedAt);
        if (debt < h.limit || debt == 0) revert NotLiquidatable(debt, h.limit);
        if (resumedAt != 0 && block.timestamp < resumedAt + h.graceSeconds) {
            revert GraceAfterPause(block.timestamp, resumedAt + h.graceSeconds);
        }
        bool critical = 2 * debt > h.limit + h.deep;
        if (!critical && noticeAge < h.graceSeconds) revert NoRipeNotice(noticeAge, h.graceSeconds);
    }

    function _plan(Candidate[] calldata candidates, uint256 debt, uint256 behind, Prices memory prices)
        internal
        view
        returns (uint256[] memory chosen)
    {
        uint256[8] memory lines;
        uint256[] memory keys = new uint256[](candidates.length);
        uint256 count;
        uint256 target;
        for (uint256 i; i < candidates.length; ++i) {
            Candidate calldata c = candidates[i];
            uint256 place = c.place;
            uint256 line = lines[place];
            if (line == 0) lines[place] = line = _line(place, behind, prices.stale);
            uint256 value = prices.mids[place].mulDivDown(c.units, UNITS_PER_FLOOR);
            if (c.live) {
                debt = debt.zeroFloorSub(value.min(c.auctionPrice));
                continue;
            }
            target += value.bpsDown(line & BPS_MASK);
            if (_slots(line) != 0) {
                uint256 rank = c.rank == 0 ? UNRANKED : c.rank;
                uint256 cover = value.bpsDown((line >> COVER_SHIFT) & BPS_MASK);
                keys[count++] = (rank << RANK_SHIFT) | (cover << 16) | i;
            }
        }
        if (debt <= target) return chosen;
        keys = _first(keys, count);
        LibSort.sort(keys); // linear on the usual input, which is sorted already
        return _fit(candidates, lines, _choose(keys, debt - target));
    }

    /// @dev Ranked NFTs in order until `need` is covered, then the lexicographically lowest of the smallest sets of
    /// the others that cover the rest. Returns positions in the list of candidates.
    function _choose(uint256[] memory keys, uint256 need) internal pure returns (uint256[] memory) {
        uint256 n = keys.length;
        uint256[] memory chosen = new uint256[](n);
        uint256 taken;
        uint256 i;
        for (; i < n && keys[i] >> RANK_SHIFT < UNRANKED; ++i) {
            if (need == 0) continue;
            chosen[taken++] = keys[i] & INDEX_MASK;
            need = need.zeroFloorSub(_cover(keys[i]));
        }
        uint256 left; // size of the smallest set
        uint256 largest; // sum of the `left` largest
        while (left < n - i && largest < need) largest += _cover(keys[n - ++left]);
        for (; left != 0; ++i) {
            uint256 cover = _cover(keys[i]);
            uint256 others = largest - _cover(keys[n - left]); // sum of the `left - 1` largest
            if (cover + others < need && n - i != left) continue;
            chosen[taken++] = keys[i] & INDEX_MASK;
            need = need.zeroFloorSub(cover);
            largest = others;
            --left;
        }
        return _first(chosen, taken);
    }

    /// @dev Drops what exceeds the free auction slots of its collection, later ones first.
    function _fit(Candidate[] calldata candidates, uint256[8] memory lines, uint256[] memory chosen)
        internal
        pure
        returns (uint256[] memory)
    {
        uint256 kept;
        for (uint256 i; i < chosen.length; ++i) {
            uint256 place = candidates[chosen[i]].place;
            if (_slots(lines[place]) == 0) continue;
            lines[place] -= 1 << SLOTS_SHIFT;
            chosen[kept++] = chosen[i];
        }
        return _first(chosen, kept);
    }

    function _cover(uint256 key) internal pure returns (uint256) {
        return (key << 16) >> 32; // between the rank (16 bits) and the position (16 bits)
    }

    function _first(uint256[] memory list, uint256 length) internal pure returns (uint256[] memory head) {
        head = new uint256[](length);
        for (uint256 i; i < length; ++i) {
            head[i] = list[i];
        }
    }

    function _line(uint256 place, uint256 behind, uint256 stale) internal view returns (uint256 line) {
        Tier storage tier = _tiers[place];
        uint256 targetBps = tier.ltBps - TARGET_BELOW_BPS;
        line = LOADED | targetBps | ((BPS - tier.discountMaxBps - targetBps) << COVER_SHIFT);
        if (stale & (1 << place) == 0) {
            uint256 slots = uint256(tier.maxLive).zeroFloorSub((behind >> (place * 32)) & 0xff);
            line |= slots << SLOTS_SHIFT;
        }
    }

    function _slots(uint256 line) internal pure returns (uint256) {
        return (line >> SLOTS_SHIFT) & SLOTS_MASK;
    }

    /// @dev `state` is the worst of its collections, but Stale only when no price of them is live, or one is missing:
    /// one stale NFT must not shield the others from liquidation.
    function _measure(uint256 units) internal view returns (Health memory h, Prices memory prices) {
        bool live = units == 0;
        bool missing;
        for (uint256 place; units != 0; ++place) {
            uint256 count = units & 0xffff;
            units >>= 16;
            if (count == 0) continue;
            uint256 before = h.value;
            OracleState state;
            (state, prices.mids[place]) = _add(h, _tiers[place], _places[place].collection, count);
            if (state != OracleState.Stale) {
                live = true;
            } else {
                prices.stale |= 1 << place;
                if (h.value == before) missing = true;
            }
            if (state > h.state) h.state = state;
        }
        if (h.state == OracleState.Stale && live && !missing) h.state = OracleState.Degraded;
    }

    function _add(Health memory h, Tier storage tier, address collection, uint256 units)
        internal
        view
        returns (OracleState state, uint256 mid)
    {
        Quote memory q = _quote(collection);
        (state, mid) = (q.state, q.mid);
        uint256 value = mid.mulDivDown(units, UNITS_PER_FLOOR);
        h.value += value;
        h.limit += value.bpsDown(tier.ltBps);
        h.target += value.bpsDown(tier.ltBps - TARGET_BELOW_BPS);
        h.deep += value.bpsDown(BPS - tier.discountMaxBps);
        h.reserveValue += value.bpsDown(tier.reserveBps);
        h.borrowLimit += q.bid.mulDivDown(units, UNITS_PER_FLOOR)
            .mulDivDown(uint256(tier.ltvBps) * q.confidenceBps, BPS * BPS);
        if (tier.graceSeconds > h.graceSeconds) h.graceSeconds = tier.graceSeconds;
        if (q.postedAt > h.postedAt) h.postedAt = q.postedAt;
    }

    /// @dev The lower of the governed number and the measured depth. A source that fails stops borrowing and nothing
    /// else: no exit asks for the cap.
    function _creditCap(Place memory p, uint256 governed) internal view returns (uint256) {
        if (!p.measured) return governed;
        address source = exitDepth;
        (bool ok, bytes memory answer) = source.staticcall(abi.encodeCall(IExitDepth.depthUnits, (p.collection)));
        if (!ok || answer.length < 32) revert ExitDepthUnavailable(source, p.collection);
        return governed.min(abi.decode(answer, (uint256)));
    }

    /// @dev A collection that the oracle dropped has no price; no exit may revert for it.
    function _quote(address collection) internal view returns (Quote memory q) {
        try ORACLE.quote(collection) returns (Quote memory found) {
            return found;
        } catch {
            q.state = OracleState.Stale;
        }
    }

    function _place(address collection) internal view returns (uint8) {
        uint256 placePlusOne = _placeOf[collection];
        if (placePlusOne == 0) revert CollectionUnknown(collection);
        return uint8(placePlusOne - 1); // at most PLACES - 1
    }

    /// @dev Bounds of the terms, and the rule that a liquidation at the threshold and at the deepest standard discount
    /// leaves no loss unless spot falls further than the gap meanwhile.
    function _requireSafe(Tier calldata t) internal pure {
        _requireBetween("ltv", t.ltvBps, 1000, 5000);
        _requireBetween("lt", t.ltBps, 7000, 9000);
        _requireBetween("discountMin", t.discountMinBps, 500, 1500);
        _requireBetween("discountMax", t.discountMaxBps, t.discountMinBps, 1500);
        _requireBetween("gap", t.gapBps, 500, 5000);
        _requireBetween("premium", t.premiumBps, BPS, 2 * BPS);
        _requireBetween("reserve", t.reserveBps, 2000, BPS - t.discountMaxBps);
        _requireBetween("premiumSeconds", t.premiumSeconds, 15 minutes, 12 hours);
        _requireBetween("bandSeconds", t.bandSeconds, 1 hours, 48 hours);
        _requireBetween("distressedSeconds", t.distressedSeconds, 1 hours, 48 hours);
        _requireBetween("grace", t.graceSeconds, 6 hours, 12 hours);
        _requireBetween("maxLive", t.maxLive, 1, 31); // 8 places * 31 fit the live count of an account
        uint256 left = MID_OVER_SPOT_BPS * t.ltBps;
        uint256 right = (BPS - t.discountMaxBps - TIP_CAP_BPS) * (BPS - t.gapBps);
        if (left > right) revert TierUnsafe(left, right);
    }

    function _requireBetween(bytes32 name, uint256 value, uint256 low, uint256 high) internal pure {
        if (value < low || value > high) revert CommonErrors.OutOfBounds(name, value, low, high);
    }
}
