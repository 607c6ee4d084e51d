import { MergeMode, type Coverage as WireCoverage } from '@emberscope/protocol/page/selection';
import type { MillisSpan } from '../time-range.ts';

/** What an answer was made of. Values are in the unit of the profile type. */
export type Coverage = {
  readonly mode: 'sum' | 'average' | 'last';
  /** What shares of all are taken of. */
  readonly total: number;
  /** The part of `total` that has no names, and that no tree can show. */
  readonly unnamed: number;
  readonly profileCount: number;
  readonly seriesCount: number;
  /** How long profiles watched, summed over them; 0 when they have no duration. */
  readonly coveredNanos: number;
  readonly span: MillisSpan;
  readonly sampleCount: number | undefined;
};

/**
 * Reads a coverage. Numbers are doubles from here on: they are drawn and said with three digits,
 * and what is past 2^53 nanoseconds (104 days) keeps far more than that.
 */
export function readCoverage(wire: WireCoverage | undefined, asked: MillisSpan): Coverage {
  return {
    mode: modeName(wire?.mode),
    total: Number(wire?.total ?? 0n),
    unnamed: Number(wire?.unnamed ?? 0n),
    profileCount: Number(wire?.profileCount ?? 0n),
    seriesCount: Number(wire?.seriesCount ?? 0n),
    coveredNanos: Number(wire?.coveredNanos ?? 0n),
    span:
      wire?.range === undefined
        ? asked
        : {
            startMillis: Number(wire.range.startMillis),
            endMillis: Number(wire.range.endMillis),
          },
    sampleCount: wire?.sampleCount === undefined ? undefined : Number(wire.sampleCount),
  };
}

function modeName(mode: MergeMode | undefined): Coverage['mode'] {
  if (mode === MergeMode.AVERAGE) return 'average';
  return mode === MergeMode.LAST ? 'last' : 'sum';
}
