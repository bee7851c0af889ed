// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {WadMath} from "../../common/math/WadMath.sol";
import {IRoyaltyEngine} from "../../royalties/interfaces/IRoyaltyEngine.sol";
import {ICurve} from "../interfaces/ICurve.sol";
import {SwapQuote} from "../interfaces/INFTPool.sol";
import {FixedTerms} from "./PoolArgs.sol";

/// @notice The royalty of one token of a swap.
struct RoyaltyLeg {
    address receiver;
    uint256 due;
    uint256 paid;
}

/// @title What a swap is made of
/// @notice Fees are rounded up, royalties down.
library SwapMath {
    using WadMath for uint256;

    uint256 internal constant BPS = 10_000;

    /// @notice Fills the fees and the royalty of `q` from its price. Each token's royalty is asked for once, on an equal
    /// part of the price.
    /// @return legs one per token, or none at all when nothing is due
    function addLegs(
        SwapQuote memory q,
        FixedTerms memory t,
        uint256 feeBps,
        IRoyaltyEngine engine,
        uint256[] calldata tokenIds,
        address trader
    ) internal view returns (RoyaltyLeg[] memory legs) {
        q.lpFee = feeUp(q.price, feeBps);
        q.protocolFee = feeUp(q.price, t.protocolFeeBps);
        uint256 base = q.price / tokenIds.length;
        for (uint256 i; i < tokenIds.length; ++i) {
            (address receiver, uint256 due, uint256 paid) = engine.royaltyOf(t.collection, tokenIds[i], base, trader);
            if (due == 0) {
                if (i == 0 && tokenIds.length != 1 && _hasNoRoyalties(t.collection)) return legs;
                continue;
            }
            if (legs.length == 0) legs = new RoyaltyLeg[](tokenIds.length);
            legs[i] = RoyaltyLeg(receiver, due, paid);
            q.royalty += paid;
        }
    }

    /// @notice `bps` of a price, rounded up.
    function feeUp(uint256 price, uint256 bps) internal pure returns (uint256) {
        return (price * bps + BPS - 1) / BPS; // a curve's price has 120 bits at most, or the product is checked
    }

    /// @notice What one token sold now brings net of fees, without royalty; 0 when the curve is exhausted.
    function bidFor(FixedTerms memory t, uint256 spot, uint256 delta, uint256 feeBps) internal view returns (uint256) {
        try ICurve(t.curve).sellDown(spot, delta, 1) returns (uint256 price, uint256, uint256) {
            return price.zeroFloorSub(feeUp(price, feeBps) + feeUp(price, t.protocolFeeBps));
        } catch {
            return 0;
        }
    }

    /// @notice How many tokens sold one by one bring at least `minPrice` net each, out of `assets`; at most `most`.
    function depth(
        FixedTerms memory t,
        uint256 spot,
        uint256 delta,
        uint256 feeBps,
        uint256 assets,
        uint256 minPrice,
        uint256 most
    ) internal view returns (uint256 count) {
        for (; count < most; ++count) {
            try ICurve(t.curve).sellDown(spot, delta, 1) returns (uint256 price, uint256 newSpot, uint256 newDelta) {
                uint256 lpFee = feeUp(price, feeBps);
                uint256 fees = lpFee + feeUp(price, t.protocolFeeBps);
                if (fees > price || price - fees < minPrice || price - lpFee > assets) return count;
                assets -= price - lpFee;
                (spot, delta) = (newSpot, newDelta);
            } catch {
                return count;
            }
        }
    }

    /// @dev Whether the collection says, as ERC-165 has it, that it does not know ERC-2981; then one look-up, which may
    /// find an override for all of it, is enough for a batch.
    function _hasNoRoyalties(address collection) private view returns (bool) {
        try IERC165(collection).supportsInterface(type(IERC2981).interfaceId) returns (bool has) {
            return !has;
        } catch {
            return false;
        }
    }
}
