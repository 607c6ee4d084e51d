import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS, spanId, tenantId } from '../../ids.ts';
import type { ProfileReader } from '../../profile-store.ts';
import type { NanosRange } from '../../selection.ts';
import type { StoreAnswer } from '../../store-error.ts';
import {
  plainFunction,
  plainMergedProfile,
  plainPoints,
  plainSingles,
  plainTimelines,
  plainTree,
} from '../../testing/plain-answers.ts';

/*
 * What the store in `format-1/` is asked. None of it is drawn: its answers are kept beside it, so
 * neither questions nor their order may change. New ones come at the end, with new answers.
 */

/** When the store in `format-1/` was written last: 2026-11-27T10:00:00Z. */
export const FORMAT_1_NOW_MILLIS = 1_795_773_600_000;

const CONTEXT = { signal: new AbortController().signal };
const TENANTS = [ANONYMOUS, tenantId('team-b')] as const;
const TYPES: readonly ProfileType[] = [
  'process_cpu:samples:count:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds::',
  'memory:inuse_space:bytes:inuse_space:bytes',
].flatMap((id) => {
  const parsed = parseProfileType(id);
  return parsed.ok ? [parsed.profileType] : [];
});
const RANGES: readonly NanosRange[] = [
  rangeOf('2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'),
  // Whole days, whole hours, and a piece of anything.
  rangeOf('2026-11-24T00:00:00.000Z', '2026-11-25T23:59:59.999Z'),
  rangeOf('2026-11-25T05:00:00.000Z', '2026-11-26T09:59:59.999Z'),
  rangeOf('2026-11-24T23:00:10.000Z', '2026-11-26T20:00:00.000Z'),
];

/** All that is asked and answered, as JSON can hold it. */
export async function answersOf(store: ProfileReader): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const range of RANGES) {
    const q = { tenants: TENANTS, range, matchers: [] };
    answers.push(
      value(await store.profileTypes(q, CONTEXT)),
      value(await store.labelNames(q, CONTEXT)),
      value(await store.labelValues({ ...q, name: 'pod' }, CONTEXT)),
      value(await store.activity({ ...q, groupBy: ['service_name', '__type__'] }, CONTEXT)),
      value(await store.tenantStats(TENANTS, CONTEXT)),
    );
    for (const profileType of TYPES) answers.push(...(await aboutType(store, profileType, range)));
  }
  return JSON.parse(JSON.stringify(answers, plainJson)) as readonly unknown[];
}

async function aboutType(
  store: ProfileReader,
  profileType: ProfileType,
  range: NanosRange,
): Promise<unknown[]> {
  const q = { tenants: TENANTS, range, matchers: [], profileType };
  const hourly = { ...q, firstEdgeNanos: range.startNanos, stepMillis: 3_600_000 };
  const span = spanId('00000bac2a5ab0c7');
  const ofFunction = { name: 'f', file: 'a.ts', line: 3 };
  const tree = { mode: 'sum', frameKey: 'reported-name' } as const;
  const singles = { order: 'newest', limit: 1000 } as const;
  const answers: unknown[] = [
    plainTree(value(await store.mergeTree({ ...q, ...tree }, CONTEXT))),
    value(await store.mergeTotal({ ...q, mode: 'average' }, CONTEXT)),
    value(await store.mergeTotal({ ...q, mode: 'last' }, CONTEXT)),
    plainMergedProfile(value(await store.mergeProfile(q, CONTEXT))),
    plainFunction(
      value(await store.mergeFunction({ ...q, mode: 'sum', function: ofFunction }, CONTEXT)),
    ),
    plainTimelines(
      value(await store.functionTimelines({ ...hourly, mode: 'sum', limit: 5 }, CONTEXT)),
    ),
    plainPoints(
      value(await store.selectPoints({ ...q, groupBy: ['service_name'], per: 'span' }, CONTEXT)),
    ),
    plainSingles(value(await store.singleProfiles({ ...q, ...singles }, CONTEXT))),
  ];
  if (span !== undefined) {
    const ofSpan = { ...q, ...tree, spanIds: [span] };
    answers.push(plainTree(value(await store.mergeTree(ofSpan, CONTEXT))));
  }
  return answers;
}

function rangeOf(start: string, end: string): NanosRange {
  const nanos = (text: string) => unixNanos(BigInt(Date.parse(text)) * 1_000_000n);
  return { startNanos: nanos(start), endNanos: nanos(end) };
}

function value<Value>(answer: StoreAnswer<Value>): Value {
  if (!answer.ok) throw new Error(answer.error.reason);
  return answer.value;
}

function plainJson(_: string, part: unknown): unknown {
  if (typeof part === 'bigint') return String(part);
  return ArrayBuffer.isView(part) ? Array.from(part as Float64Array, String) : part;
}
