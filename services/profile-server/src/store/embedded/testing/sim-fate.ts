import type { Random, SimFaultChances } from '@emberscope/node-kit';
import { isDrawn, pick } from './draw.ts';

/** What a seed says once, for all of a life. */
export type SimFate = {
  /** For ever when undefined. */
  readonly retentionMillis: number | undefined;
  readonly retentionNanos: bigint | undefined;
  readonly hasFaults: boolean;
  readonly fillsDisk: boolean;
  readonly growsDictionaries: boolean;
  /** What goes wrong while the disk is unreliable. */
  readonly chances: Partial<SimFaultChances>;
  /** That less is written or read than was asked for is no fault, and every disk may do it. */
  readonly shortness: Partial<SimFaultChances>;
};

const DAY_MILLIS = 86_400_000;

export function drawFate(random: Random): SimFate {
  const retentionMillis = pick(random, [undefined, undefined, 2 * DAY_MILLIS, 7 * DAY_MILLIS]);
  return {
    retentionMillis,
    retentionNanos:
      retentionMillis === undefined ? undefined : BigInt(retentionMillis) * 1_000_000n,
    hasFaults: isDrawn(random, 0.4),
    fillsDisk: isDrawn(random, 0.2),
    growsDictionaries: isDrawn(random, 0.5),
    chances: drawChances(random),
    shortness: pick(random, [{}, { shortWrite: 0.1 }, { shortWrite: 0.3, shortRead: 0.3 }]),
  };
}

function drawChances(random: Random): Partial<SimFaultChances> {
  const some = (most: number) => (isDrawn(random, 0.5) ? random.float() * most : 0);
  return {
    noSpace: some(0.05),
    writeError: some(0.05),
    syncError: some(0.1),
    slowSync: some(0.2),
  };
}
