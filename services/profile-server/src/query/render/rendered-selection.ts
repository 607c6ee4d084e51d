import { parseIngestTime } from '@emberscope/ingest';
import { formatSelector, LABEL, type Matcher, parseSelector } from '@emberscope/labels';
import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { NANOS_PER_MILLI, unixNanos } from '@emberscope/units';
import { refuseArgument } from '../query-refusal.ts';
import type { QueryParams } from './query-params.ts';

/** What one side of a picture shows, in the terms of the querier's API. */
export type RenderedSelection = {
  readonly profileType: ProfileType;
  readonly labelSelector: string;
  /** Milliseconds since the epoch; 0 is none. */
  readonly start: bigint;
  readonly end: bigint;
  /** 0 for the default. */
  readonly maxNodes: bigint;
};

/** The parameters of a side; `maxNodes` and `max-nodes` are for both. */
export type SideParams = { readonly query: string; readonly from: string; readonly until: string };

/**
 * Reads a side: `query` is a selector whose metric name is a profile type, times are words or digits
 * (`parseIngestTime`) and now when they are left out.
 */
export function readSelection(
  params: QueryParams,
  names: SideParams,
  nowMillis: number,
): RenderedSelection {
  const { profileType, labelSelector } = readQuery(params.get(names.query), names.query);
  const now = unixNanos(BigInt(Math.trunc(nowMillis)) * NANOS_PER_MILLI);
  const millis = (name: string) => parseIngestTime(params.get(name), now) / NANOS_PER_MILLI;
  return {
    profileType,
    labelSelector,
    start: millis(names.from),
    end: millis(names.until),
    maxNodes: readInteger(params.get('maxNodes')) || readInteger(params.get('max-nodes')),
  };
}

function readQuery(text: string, name: string) {
  const quoted = JSON.stringify(name);
  if (text === '') refuseArgument(`${quoted} is required`);
  const parsed = parseSelector(text);
  if (!parsed.ok) {
    const { offset, reason } = parsed;
    return refuseArgument(`failed to parse ${quoted}: 1:${offset + 1}: parse error: ${reason}`);
  }
  const types = parsed.matchers.filter((matcher) => matcher.name === LABEL.profileName);
  const type = types.at(-1);
  if (type === undefined) return refuseArgument(`${quoted} must contain a profile-type selection`);
  const profileType = parseProfileType(textOf(type));
  if (!profileType.ok) return refuseArgument(`failed to parse ${quoted}`);
  const others = parsed.matchers.filter((matcher) => matcher.name !== LABEL.profileName);
  return { profileType: profileType.profileType, labelSelector: formatSelector(others) };
}

/** What a matcher compares with. Pyroscope does not look at how. */
function textOf(matcher: Matcher): string {
  return 'value' in matcher ? matcher.value : matcher.pattern.source;
}

const INT64_MAX = 2n ** 63n - 1n;

/** An int64 as Go reads one, and 0 for what is none. */
function readInteger(text: string): bigint {
  if (!/^[+-]?\d{1,30}$/.test(text)) return 0n;
  const value = BigInt(text.replace(/^\+/, ''));
  return value > INT64_MAX || value < -INT64_MAX - 1n ? 0n : value;
}
