import {
  formatCount,
  formatNanos,
  formatShare,
  formatValue,
  NANOS_PER_MILLI,
} from '@emberscope/units';
import type { Coverage } from '../api/coverage.ts';
import { spanMillis } from '../time-range.ts';
import { coresText } from './cores-text.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';

/** Less of a core is a row of zeros that nobody reads: the share says it. */
const CORES_WORTH_SAYING = 0.001;

/** What the sentence above the graph is about. */
export type HeadlineFacts = {
  readonly words: ProfileTypeWords;
  readonly coverage: Coverage;
  readonly functionCount: number;
  /** What the server left out of the tree. */
  readonly otherTotal: number;
  /** The frame that fills the view. */
  readonly zoomed: { readonly name: string; readonly total: number } | undefined;
};

/**
 * The sentence in parts, the most important first: `1.13 s of CPU in 1 min`, `0.019 cores`,
 * `113 samples`, `3 series`, `412 functions`, `0.3 % in "other"`.
 */
export function headlineParts(facts: HeadlineFacts): readonly string[] {
  const { words, coverage, functionCount, otherTotal, zoomed } = facts;
  const parts = [costSentence(facts)];
  if (zoomed !== undefined) {
    parts.push(
      `${formatShare(zoomed.total, coverage.total)} of ${formatValue(coverage.total, words.unit)}`,
    );
  }
  const cores = words.isCpu ? busyCores(facts) : 0;
  if (cores >= CORES_WORTH_SAYING) {
    parts.push(isSeveral(coverage) ? `${coresText(cores)} each` : coresText(cores));
  }
  if (coverage.sampleCount === undefined) parts.push(counted(coverage.profileCount, 'profile'));
  else parts.push(counted(coverage.sampleCount, 'sample'));
  parts.push(counted(coverage.seriesCount, 'series', 'series'));
  if (zoomed === undefined) parts.push(counted(functionCount, 'function'));
  if (otherTotal > 0) parts.push(`${formatShare(otherTotal, coverage.total)} in “other”`);
  if (coverage.unnamed > 0) {
    parts.push(`${formatShare(coverage.unnamed, coverage.total)} without names`);
  }
  return parts;
}

/** `1.13 s of CPU in 1 min`; `48 MB in use on average`; with the frame's name when zoomed. */
function costSentence({ words, coverage, zoomed }: HeadlineFacts): string {
  const amount = formatValue(zoomed?.total ?? coverage.total, words.unit);
  const cost = `${amount} ${words.phrase}${zoomed === undefined ? '' : ` in ${zoomed.name}`}`;
  if (words.isHeld) {
    const mode = { average: ' on average', last: ' at last', sum: '' }[coverage.mode];
    return `${cost}${mode}`;
  }
  const nanos = words.isCpu ? watchedNanos(coverage) : spanNanos(coverage);
  return `${cost}${zoomed === undefined ? '' : ','} in ${formatNanos(nanos)}`;
}

/**
 * What one process kept busy while it was watched. Nobody knows how many ran at the same moment: three
 * may be three at once, or one after the other.
 */
function busyCores({ words, coverage, zoomed }: HeadlineFacts): number {
  const { unit } = words;
  const value = zoomed?.total ?? coverage.total;
  if (unit.kind !== 'time') return 0;
  return (value * unit.nanosPerUnit) / (coverage.coveredNanos || spanNanos(coverage));
}

/**
 * The time in which it was spent: of one process what was watched of it, of several the range, since
 * their times overlap.
 */
function watchedNanos(coverage: Coverage): number {
  const nanos = spanNanos(coverage);
  const { coveredNanos } = coverage;
  return coveredNanos > 0 && !isSeveral(coverage) ? Math.min(coveredNanos, nanos) : nanos;
}

function isSeveral({ seriesCount }: Coverage): boolean {
  return seriesCount > 1;
}

function spanNanos({ span }: Coverage): number {
  return spanMillis(span) * Number(NANOS_PER_MILLI);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
