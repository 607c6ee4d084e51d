import { type Matcher, parseSelector } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import {
  type FunctionRef,
  MergeMode as MergeModeEnum,
  type Selection,
  type TimeRange,
} from '@emberscope/protocol/page/selection';
import { NANOS_PER_MILLI } from '@emberscope/units';
import type { FunctionSelector, MergeMode } from '../../store/selection.ts';
import { EARLIEST_MILLIS, withinTime } from '../millis-range.ts';
import type { QueryParts } from '../query.ts';
import { refuseArgument } from '../query-refusal.ts';

/** Points in time in ms since the epoch, both ends included. */
export type MillisRange = { readonly startMillis: bigint; readonly endMillis: bigint };

/** What a request of our page is about, read. */
export type PageSelection = {
  /** Cut to what retention leaves. */
  readonly range: MillisRange;
  readonly profileType: ProfileType;
  readonly matchers: readonly Matcher[];
};

export function readSelection(selection: Selection | undefined, parts: QueryParts): PageSelection {
  if (selection === undefined) return refuseArgument('selection is missing');
  const range = readRange(selection.range, 'selection.range', parts);
  const type = parseProfileType(selection.profileType);
  if (!type.ok) refuseArgument(`selection.profile_type: ${type.reason}`);
  const matchers = readSelector(selection.selector, 'selection.selector');
  return { range, profileType: type.profileType, matchers };
}

/** A range that lies before all that is kept stays as it is: there is nothing to answer. */
export function readRange(
  range: TimeRange | undefined,
  place: string,
  parts: QueryParts,
): MillisRange {
  if (range === undefined) return refuseArgument(`${place} is missing`);
  if (range.startMillis > range.endMillis) {
    refuseArgument(`${place} ends at ${range.endMillis}, before it begins at ${range.startMillis}`);
  }
  // Edges of buckets are numbers: beyond the end of time they would not be whole any more.
  const startMillis = withinTime(range.startMillis);
  const endMillis = withinTime(range.endMillis);
  const keptFrom = keptFromMillis(parts);
  return {
    startMillis: startMillis < keptFrom && keptFrom <= endMillis ? keptFrom : startMillis,
    endMillis,
  };
}

/** The first millisecond that retention leaves. */
export function keptFromMillis({ retentionNanos, nowMillis }: QueryParts): bigint {
  if (retentionNanos === undefined) return EARLIEST_MILLIS;
  return BigInt(Math.trunc(nowMillis())) - retentionNanos / NANOS_PER_MILLI;
}

/** Empty and `{}` select all. */
export function readSelector(selector: string, place: string): readonly Matcher[] {
  if (selector === '') return [];
  const parsed = parseSelector(selector);
  if (!parsed.ok) {
    const { offset, reason } = parsed;
    refuseArgument(`${place} ${JSON.stringify(selector)}: at character ${offset + 1}: ${reason}`);
  }
  return parsed.matchers;
}

/** A number of things to answer: 0 asks for the usual, more than the most is refused. */
export function readLimit(
  name: string,
  value: number,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  if (value > most) refuseArgument(`${name} is ${value}; the most is ${most}`);
  return value === 0 ? usual : value;
}

/** A list that a request may not make longer than `most`. */
export function checkLength(name: string, list: readonly unknown[], most: number): void {
  if (list.length > most) refuseArgument(`${name} has ${list.length} entries; the most is ${most}`);
}

/** Labels to group by, each once. */
export function readGroupBy(groupBy: readonly string[]): string[] {
  checkLength('group_by', groupBy, GROUP_BY_MAX);
  return [...new Set(groupBy)];
}

const GROUP_BY_MAX = 10;

export function functionOf({ name, file, line }: FunctionRef): FunctionSelector {
  return { name, file, line };
}

export function readMode(
  requested: MergeModeEnum,
  profileType: Pick<ProfileType, 'sampleType'>,
): MergeMode {
  switch (requested) {
    case MergeModeEnum.UNSPECIFIED:
      return modeOfType(profileType);
    case MergeModeEnum.SUM:
      return 'sum';
    case MergeModeEnum.AVERAGE:
      return 'average';
    case MergeModeEnum.LAST:
      return 'last';
    default:
      return refuseArgument(`mode ${Number(requested)} is no merge mode`);
  }
}

/** Sample types of what is held: adding moments up would count it once for each of them. */
const HELD = new Set(['inuse_space', 'inuse_objects', 'goroutine', 'goroutines', 'live']);

export function modeOfType({ sampleType }: Pick<ProfileType, 'sampleType'>): MergeMode {
  return HELD.has(sampleType) ? 'average' : 'sum';
}

export function modeMessage(mode: MergeMode): MergeModeEnum {
  switch (mode) {
    case 'sum':
      return MergeModeEnum.SUM;
    case 'average':
      return MergeModeEnum.AVERAGE;
    case 'last':
      return MergeModeEnum.LAST;
    default:
      return mode satisfies never;
  }
}
