import {
  formatCount,
  formatNanos,
  formatRate,
  formatShare,
  formatValue,
  NANOS_PER_MILLI,
} from '@emberscope/units';
import type { Coverage } from '../api/coverage.ts';
import { spanMillis } from '../time-range.ts';
import type { ProfileTypeWords } from './profile-type-words.ts';

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
  const isSeveral = coverage.seriesCount > 1;
  if (words.isCpu && coverage.coveredNanos > 0) {
    // A minute of two processes is two minutes watched, so this is what one of them kept busy.
    const seconds = coverage.coveredNanos / 1e9;
    const cores = formatRate(zoomed?.total ?? coverage.total, words.unit, seconds);
    parts.push(isSeveral ? `${cores} each` : cores);
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
  // What profiles watched is what shares of time are taken of. A block watches only itself and a
  // heap nothing at all: there the range is what the reader knows.
  const watched = words.isCpu ? coverage.coveredNanos : 0;
  const nanos = watched > 0 ? watched : spanMillis(coverage.span) * Number(NANOS_PER_MILLI);
  return `${cost}${zoomed === undefined ? '' : ','} in ${formatNanos(nanos)}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
