import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { createSeededRandom, createSimFs, type Fs } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import fc from 'fast-check';
import { steps } from '../../testing/drawn-steps.ts';
import type { SegmentEntry } from '../manifest/manifest.ts';
import { openSegment } from '../segment/segment-file.ts';
import { DATA_DIR, FLUSH_MILLIS, flushOne, mergeAll, rowsOf } from '../testing/flush-all.ts';
import { type PlainRow, plainRows } from '../testing/plain-segment.ts';
import { createTestLog, type PushedProfile } from '../testing/test-log.ts';

const MILLIS_PER_HOUR = 3_600_000;
const FLUSH_NANOS = BigInt(FLUSH_MILLIS) * 1_000_000n;

/** Profiles of a few series, with several in some hours, of two days, cut into generations. */
const generations = fc
  .tuple(
    steps,
    fc.infiniteStream(fc.constantFrom(0, 0, 0, 1, 2, 5, 23, 24)),
    fc.infiniteStream(fc.constantFrom(0, 0, 0, 1)),
  )
  .map(([drawn, hours, ordinals]): PushedProfile[][] => {
    const cut: PushedProfile[][] = [[]];
    for (const step of drawn) {
      if (step.kind === 'wait') cut.push([]);
      if (step.kind !== 'push') continue;
      for (const { labels, profiles } of step.series) {
        for (const { profile } of profiles) {
          const isEmpty = profile.samples.values.every((column) =>
            [...column].every((value) => Number(value) === 0),
          );
          if (isEmpty) continue;
          const time =
            profile.timeNanos === 0n ? BigInt(FLUSH_MILLIS) * 1_000_000n : profile.timeNanos;
          const later = BigInt(hours.next().value ?? 0) * BigInt(MILLIS_PER_HOUR) * 1_000_000n;
          cut.at(-1)?.push({
            ...{ tenant: `team-${step.tenant}`, labels },
            profile: { ...profile, timeNanos: unixNanos(time + later) },
            ordinal: ordinals.next().value ?? 0,
          });
        }
      }
    }
    return cut;
  });

describe('flushing', () => {
  it('puts profiles of a series and a moment in the order in which they arrived', async () => {
    const fs = createSimFs({ random: createSeededRandom(1) });
    const log = createTestLog();
    const profile = profileFromText('main 1', { timeNanos: unixNanos(FLUSH_NANOS) });
    const labels = labelSetFromRecord({ __name__: 'process_cpu', service_name: 'a' });
    for (const arrival of [7, 3, 9, 1, 4]) log.push({ tenant: 'a', labels, profile, arrival });
    const { segments } = await flushOne(fs, log.cut());
    const file = openSegment(fs, `${DATA_DIR}/${segments[0]?.file}`);
    const arrivals = plainRows([file]).flatMap(({ level, arrival }) =>
      level === 'profile' ? [arrival] : [],
    );
    file.close();
    assert.deepEqual(arrivals, [1, 3, 4, 7, 9]);
  });
});

describe('flushing and merging', () => {
  it('comes to the same, however often the log was cut', async () => {
    await fc.assert(
      fc.asyncProperty(generations, async (drawn) => {
        const fs = createSimFs({ random: createSeededRandom(1) });
        const flushed = await flushAll(fs, drawn);
        const merged = await mergeDays(fs, flushed);
        const whole = await flushAll(fs, [drawn.flat()]);
        const inOne = rowsOf(fs, whole);
        const inMany = rowsOf(fs, merged.segments);
        assert.deepEqual(
          inMany.filter(({ level }) => level !== 'day'),
          inOne,
        );
        assert.deepEqual(
          rowsOf(fs, flushed).filter(({ level }) => level === 'profile'),
          inOne.filter(({ level }) => level === 'profile'),
        );
        checkSums(inMany, inOne);
        checkRollup(rowsOf(fs, merged.rollups), inOne);
      }),
      { numRuns: 12 },
    );
  });
});

/** Every sum is that of the profiles it stands for; every group of two or more has one. */
function checkSums(rows: readonly PlainRow[], profiles: readonly PlainRow[]): void {
  for (const [level, lengthMillis] of [
    ['hour', MILLIS_PER_HOUR],
    ['day', 24 * MILLIS_PER_HOUR],
  ] as const) {
    const expected = sumsOf(profiles, lengthMillis, 2, (stack) => stack);
    const actual = rows.filter((row) => row.level === level);
    assert.deepEqual(actual.map(plainSum).sort(), expected);
  }
}

function checkRollup(rows: readonly PlainRow[], profiles: readonly PlainRow[]): void {
  for (const [level, lengthMillis] of [
    ['hour', MILLIS_PER_HOUR],
    ['day', 24 * MILLIS_PER_HOUR],
  ] as const) {
    const ofAnyDictionary = profiles.map((row) => ({
      ...row,
      stream: row.stream.replace(/^\d/, '0'),
    }));
    const expected = sumsOf(ofAnyDictionary, lengthMillis, 1, foldedText);
    assert.deepEqual(
      rows
        .filter((row) => row.level === level)
        .map(plainSum)
        .sort(),
      expected,
    );
  }
}

/** `main;outer|inner;0x10` as functions alone: what has no line goes, what was inlined comes apart. */
function foldedText(stack: string): string {
  return stack
    .split(/[;|]/)
    .filter((frame) => frame !== '' && !frame.startsWith('0x'))
    .map((frame) => frame.replace(/:\d+$/, ':0'))
    .join(';');
}

function plainSum(row: PlainRow): string {
  const { tenant, stream, profileCount, totals, largest, durationNanos, period, samples } = row;
  const start = Math.floor(row.timeMillis / MILLIS_PER_HOUR);
  return [
    ...[tenant, stream, start, profileCount, totals, largest, durationNanos, period],
    samples.join(' / '),
  ].join(' # ');
}

function sumsOf(
  profiles: readonly PlainRow[],
  lengthMillis: number,
  leastCount: number,
  textOf: (stack: string) => string,
): string[] {
  const groups = new Map<string, PlainRow[]>();
  for (const row of profiles.filter(({ level }) => level === 'profile')) {
    const key = `${row.tenant} ${row.stream} ${Math.floor(row.timeMillis / lengthMillis)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .filter((rows) => rows.length >= leastCount)
    .map((rows) => {
      const samples = new Map<string, bigint[]>();
      for (const row of rows) {
        for (const sample of row.samples) {
          const [stack = '', ...cells] = sample.split(' ');
          const key = textOf(stack);
          const values = cells.slice(0, row.totals.length).map(BigInt);
          const sum = samples.get(key) ?? values.map(() => 0n);
          samples.set(
            key,
            sum.map((value, type) => value + (values[type] ?? 0n)),
          );
        }
      }
      const types = rows[0]?.totals.map((_, type) => type) ?? [];
      const earliest = rows.reduce((a, b) => (a.timeMillis <= b.timeMillis ? a : b));
      return plainSum({
        ...earliest,
        profileCount: rows.length,
        totals: types.map((type) => rows.reduce((sum, row) => sum + (row.totals[type] ?? 0n), 0n)),
        largest: types.map((type) =>
          rows.reduce(
            (most, { totals }) => ((totals[type] ?? 0n) > most ? (totals[type] ?? 0n) : most),
            0n,
          ),
        ),
        durationNanos: rows.reduce((sum, row) => sum + row.durationNanos, 0n),
        period: rows.reduce((most, row) => (row.period > most ? row.period : most), 0n),
        samples: Array.from(samples, ([key, values]) => [key, ...values].join(' ')).sort(),
      });
    })
    .sort();
}

async function flushAll(
  fs: Fs,
  drawn: readonly (readonly PushedProfile[])[],
): Promise<SegmentEntry[]> {
  const log = createTestLog(500);
  const segments: SegmentEntry[] = [];
  for (const profiles of drawn) {
    for (const each of profiles) log.push(each);
    const result = await flushOne(fs, log.cut());
    assert.equal(result.damagedProfiles + result.damagedRecords, 0);
    segments.push(...result.segments);
  }
  return segments;
}

async function mergeDays(
  fs: Fs,
  segments: readonly SegmentEntry[],
): Promise<{ segments: SegmentEntry[]; rollups: SegmentEntry[] }> {
  const merged: { segments: SegmentEntry[]; rollups: SegmentEntry[] } = {
    segments: [],
    rollups: [],
  };
  for (const day of new Set(segments.map((segment) => segment.day))) {
    const result = await mergeAll(
      fs,
      segments.filter((segment) => segment.day === day),
    );
    if (result.segment !== undefined) merged.segments.push(result.segment);
    if (result.rollup !== undefined) merged.rollups.push(result.rollup);
  }
  return merged;
}
