import type { QueryLimits } from '../query-call.ts';
import { refuseArgument } from '../query-refusal.ts';

/** How many nodes a tree may have, when a request names no number or one. */
export function maxNodesOf(requested: bigint | undefined, limits: QueryLimits): number {
  const { maxFlameGraphNodesDefault, maxFlameGraphNodesMax } = limits;
  if (requested === undefined || requested === 0n) return maxFlameGraphNodesDefault;
  if (maxFlameGraphNodesMax <= 0) return Math.max(0, Number(requested));
  if (requested < 0n) {
    refuseArgument(`max flamegraph nodes limit must be set (max allowed ${maxFlameGraphNodesMax})`);
  }
  if (requested > BigInt(maxFlameGraphNodesMax)) {
    refuseArgument(
      `max flamegraph nodes limit ${requested} is greater than allowed ${maxFlameGraphNodesMax}`,
    );
  }
  return Number(requested);
}
