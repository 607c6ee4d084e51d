import { labelSetFromRecord } from '@emberscope/labels';
import type { Random } from '@emberscope/node-kit';
import { type ProfileType, parseProfileType, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { type PushId, pushId, type TenantId, tenantId } from '../../ids.ts';
import type { PushProfile, PushSeries } from '../../push.ts';
import { between, isDrawn, pick, pickWeighted } from './draw.ts';

/*
 * Random pushes whose profiles meet: few tenants, services, stacks and times, so that most runs have
 * equal series, stacks, times and push ids, and profiles on both sides of every hour and day.
 */

export const TENANTS = [tenantId('anonymous'), tenantId('team-b')] as const;
export const SERVICES = ['a', 'b', 'c'];
export const SPANS = ['00000bac2a5ab0c7', '0000000000000000', 'ffffffffffffffff'];
export const TRACES = ['ab'.repeat(16), `${'0'.repeat(31)}1`];
export const PROFILE_TYPES: readonly ProfileType[] = [
  'process_cpu:samples:count:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  'process_cpu:cpu:nanoseconds::',
  'memory:inuse_space:bytes:inuse_space:bytes',
].flatMap((id) => {
  const parsed = parseProfileType(id);
  return parsed.ok ? [parsed.profileType] : [];
});

export type DrawnPush = { readonly tenant: TenantId; readonly series: readonly PushSeries[] };

const CPU = { type: 'cpu', unit: 'nanoseconds' };
const SAMPLES = { type: 'samples', unit: 'count' };
const SPACE = { type: 'inuse_space', unit: 'bytes' };
/** The first two share label sets; the third makes tables with another period. */
const KINDS = [
  { name: 'process_cpu', sampleTypes: [SAMPLES, CPU], periodType: CPU },
  { name: 'process_cpu', sampleTypes: [CPU], periodType: CPU },
  { name: 'process_cpu', sampleTypes: [CPU], periodType: undefined },
  { name: 'memory', sampleTypes: [SPACE], periodType: SPACE },
] as const;

const FRAMES = [
  'main',
  'serve@a.ts:3:9',
  'f@a.ts:3:9',
  'f@a.ts:3:10',
  'f@b.ts:3:9',
  'g',
  'outer|inner',
  '0x10',
];

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const DAY = 24n * HOUR;

export type PushWorld = {
  readonly random: Random;
  readonly nowMillis: number;
  /** For ever when left out. */
  readonly retentionNanos: bigint | undefined;
  /** Now and then something that the dictionary has never seen. */
  readonly growsDictionaries: boolean;
};

export function drawPush(world: PushWorld): DrawnPush {
  const { random } = world;
  return {
    tenant: pick(random, [TENANTS[0], TENANTS[0], TENANTS[1]]),
    series: Array.from({ length: between(random, 1, 3) }, () => drawSeries(world)),
  };
}

function drawSeries(world: PushWorld): PushSeries {
  const { random } = world;
  const kind = pick(random, KINDS);
  const pod = pick(random, ['', '1', '2']);
  return {
    labels: labelSetFromRecord({
      __name__: kind.name,
      service_name: pick(random, SERVICES),
      ...(pod === '' ? {} : { pod }),
    }),
    profiles: Array.from({ length: between(random, 0, 3) }, () => drawProfile(world, kind)),
  };
}

function drawProfile(world: PushWorld, kind: (typeof KINDS)[number]): PushProfile {
  const { random } = world;
  const profile = profileFromText(drawSamples(world, kind.sampleTypes.length), {
    sampleTypes: kind.sampleTypes,
    periodType: kind.periodType,
    period: pick(random, [1n, 10_000_000n]),
    timeNanos: unixNanos(drawTime(world)),
    durationNanos: pick(random, [0n, 10n * SECOND]),
    comments: pick(random, [[], [], ['one'], ['one', 'two']]),
  });
  const id = isDrawn(random, 0.4) ? drawPushId(random) : undefined;
  return id === undefined ? { profile } : { profile, pushId: id };
}

/** Few enough that collectors seem to send again what they sent before. */
function drawPushId(random: Random): PushId | undefined {
  return pushId(`emb1-${between(random, 1, 12).toString(16).padStart(32, '0')}`);
}

/** Of now, of the same second again, late, of tomorrow, on the edge of what is kept. */
function drawTime({ random, nowMillis, retentionNanos }: PushWorld): bigint {
  const now = BigInt(Math.trunc(nowMillis)) * 1_000_000n;
  const onTop = pick(random, [0n, 0n, 0n, 1n, -1n, 999_999n]);
  const floor = now - (retentionNanos ?? 7n * DAY);
  return pickWeighted<() => bigint>(random, [
    [10, () => now - BigInt(between(random, 0, 30)) * SECOND + onTop],
    [5, () => now - (now % HOUR) - BigInt(between(random, 0, 2)) * HOUR + onTop],
    [3, () => now - (now % DAY) - BigInt(between(random, 0, 2)) * DAY + onTop],
    [3, () => now - BigInt(between(random, 0, 72)) * HOUR + onTop],
    [1, () => now + BigInt(between(random, 1, 30)) * HOUR],
    [0.5, () => floor + BigInt(between(random, -1, 1)) * 1_000_000n + onTop],
    [0.5, () => floor - DAY],
    [0.5, () => 0n],
  ])();
}

function drawSamples(world: PushWorld, typeCount: number): string {
  const { random } = world;
  const count = between(random, 0, 9);
  // Some profiles have all kinds of values and some have none, as idle processes send.
  const isIdle = isDrawn(random, 0.05);
  return Array.from({ length: isIdle ? Math.min(1, count) : count }, () => {
    const frames = Array.from({ length: between(random, 0, 5) }, () => drawFrame(world)).join(';');
    const values = Array.from({ length: typeCount }, () => (isIdle ? 0n : drawValue(random)));
    return [frames, ...values, drawTracing(random)].filter((part) => part !== '').join(' ');
  }).join('\n');
}

function drawFrame({ random, growsDictionaries }: PushWorld): string {
  if (growsDictionaries && isDrawn(random, 0.1)) return `new${random.below(10_000)}@n.ts:1:2`;
  return pick(random, FRAMES);
}

function drawValue(random: Random): bigint {
  return pickWeighted<() => bigint>(random, [
    [12, () => BigInt(random.below(10))],
    [6, () => 10_000_000n * BigInt(random.below(50))],
    [0.1, () => pick(random, [2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 56n + 3n])],
  ])();
}

function drawTracing(random: Random): string {
  if (!isDrawn(random, 0.15)) return '';
  const span = `span_id="${pick(random, SPANS)}"`;
  const trace = `trace_id="${pick(random, TRACES)}"`;
  return pick(random, [`{${span}}`, `{${span}, ${trace}}`, `{${trace}}`]);
}
