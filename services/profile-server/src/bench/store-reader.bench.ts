import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelSetFromRecord } from '@emberscope/labels';
import { nodeFs } from '@emberscope/node-kit';
import {
  createProfileBuilder,
  type Profile,
  parseProfileType,
  type SourceFrame,
  type ValueType,
} from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { createStoreReader } from '../store/embedded/reader/store-reader.ts';
import { createDrawnStore, type DrawnStore } from '../store/embedded/reader/testing/drawn-store.ts';
import { tenantId } from '../store/ids.ts';
import type { ProfileReader } from '../store/profile-store.ts';
import type { NanosRange, ProfileSelection } from '../store/selection.ts';

/**
 * What queries take over a day of ten services that send wall and heap every three minutes: 9,600
 * profiles, flushed by the hour; the day before is merged, what came last is in the log. Times are
 * the processor's, of one thread.
 */

const SERVICES = 10;
const PERIOD_MILLIS = 180_000;
const HOUR_MILLIS = 3_600_000;
/** 12:10 UTC: ten minutes are in the log. */
const NOW_MILLIS = 1_795_522_200_000;
const RUNS = 9;
const TENANT = tenantId('anonymous');
const CONTEXT = { signal: new AbortController().signal };
type Kind = { readonly name: string; readonly sampleTypes: readonly ValueType[] };
const KINDS: readonly Kind[] = [
  {
    name: 'wall',
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'wall', unit: 'nanoseconds' },
    ],
  },
  {
    name: 'memory',
    sampleTypes: [
      { type: 'inuse_objects', unit: 'count' },
      { type: 'inuse_space', unit: 'bytes' },
    ],
  },
];

const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-bench-'));
try {
  const store = createDrawnStore({
    ...{ nowMillis: () => NOW_MILLIS, fs: nodeFs, dataDir, chunkBytes: 4 << 20 },
  });
  await fill(store);
  await measure(store);
} finally {
  rmSync(dataDir, { recursive: true });
}

async function fill(store: DrawnStore): Promise<void> {
  const random = randomNumbers(7);
  const whole = Array.from({ length: SERVICES }, (_, service) =>
    KINDS.map((kind) => wholeProfile(service, kind, random)),
  );
  const startMillis = NOW_MILLIS - 24 * HOUR_MILLIS;
  let profiles = 0;
  let samples = 0;
  for (let millis = startMillis; millis < NOW_MILLIS; millis += PERIOD_MILLIS) {
    for (const [service, ofService] of whole.entries()) {
      for (const [kind, profile] of ofService.entries()) {
        const labels = labelSetFromRecord({
          __name__: KINDS[kind]?.name ?? '',
          service_name: `service-${service}`,
          pod: 'pod-0',
        });
        const some = someSamplesOf(profile, random);
        samples += some.samples.length;
        profiles++;
        const timeNanos = unixNanos(BigInt(millis + 37 * service) * 1_000_000n);
        await store.push(TENANT, [{ labels, profiles: [{ profile: { ...some, timeNanos } }] }]);
      }
    }
    const nextMillis = millis + PERIOD_MILLIS;
    if (nextMillis % HOUR_MILLIS < PERIOD_MILLIS) await store.flush();
    if (nextMillis % (24 * HOUR_MILLIS) < PERIOD_MILLIS) await store.merge('day');
  }
  const { segments } = store.manifest();
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  console.log(`\n${profiles} profiles, ${(samples / profiles).toFixed(0)} samples each`);
  console.log(`  ${segments.length} segments, ${(bytes / profiles).toFixed(0)} bytes a profile`);
}

/** All stacks that a service is ever seen in: 3,000, most of them 20 to 40 frames deep. */
function wholeProfile(service: number, { sampleTypes }: Kind, random: () => number): Profile {
  const builder = createProfileBuilder({
    sampleTypes,
    periodType: sampleTypes[1] ?? sampleTypes[0],
  });
  const frameOf = (number: number): SourceFrame => ({
    name: `handle${number}`,
    file: `/app/service-${service}/src/module-${number % 60}.js`,
    startLine: number % 500,
    line: number % 500,
  });
  const paths: number[][] = [[0]];
  for (let stack = 0; stack < 3000; stack++) {
    const caller = paths[Math.floor(random() * random() * paths.length)] ?? [];
    const path = [...caller.slice(0, 20 + Math.floor(random() * 20))];
    for (let more = 1 + Math.floor(random() * 6); more > 0; more--) {
      path.push(Math.floor(random() * 1500));
    }
    paths.push(path);
    const locations = path.map((number) => builder.frame(frameOf(number)));
    builder.addSample(builder.stacks.intern(locations), [1, 10_000_000]);
  }
  return builder.finish();
}

/** 400 samples or so, of which few stacks have most: no two profiles are alike. */
function someSamplesOf(profile: Profile, random: () => number): Profile {
  const { samples } = profile;
  const rows = new Set<number>();
  while (rows.size < 400) rows.add(Math.floor(random() ** 3 * samples.length));
  const picked = [...rows];
  const counts = Float64Array.from(picked, () => 1 + Math.floor(random() ** 4 * 50));
  return {
    ...profile,
    samples: {
      length: picked.length,
      stack: Int32Array.from(picked, (row) => samples.stack[row] ?? 0),
      labels: new Int32Array(picked.length),
      values: [counts, counts.map((count) => count * 10_000_000)],
    },
  };
}

async function measure(store: DrawnStore): Promise<void> {
  const wall = profileTypeOf('wall:wall:nanoseconds:wall:nanoseconds');
  const minutes = (count: number): NanosRange => ({
    startNanos: unixNanos(BigInt(NOW_MILLIS - count * 60_000) * 1_000_000n),
    endNanos: unixNanos(BigInt(NOW_MILLIS) * 1_000_000n),
  });
  const one = [{ op: '=' as const, name: 'service_name', value: 'service-3' }];
  console.log(`\nqueries (Node ${process.versions.node}), ms: middle of ${RUNS} warm, then cold`);
  const time = async (
    name: string,
    ask: (reader: ProfileReader) => Promise<{ readonly ok: boolean }>,
  ): Promise<void> => {
    const took: number[] = [];
    await ask(store);
    for (let run = 0; run < RUNS; run++) took.push(await cpuOf(() => ask(store)));
    const cold = createStoreReader({ fs: nodeFs, dataDir, nowMillis: () => NOW_MILLIS });
    const coldMillis = await cpuOf(async () => {
      cold.setView(store.view());
      return ask(cold);
    });
    cold.close();
    const middle = median(took).toFixed(2).padStart(8);
    console.log(`  ${name.padEnd(44)} ${middle} ${coldMillis.toFixed(1).padStart(8)}`);
  };
  for (const [span, range] of [
    ['5 min', minutes(5)],
    ['1 h', minutes(60)],
    ['24 h', minutes(24 * 60)],
  ] as const) {
    for (const [of, matchers] of [
      ['one service', one],
      ['all', []],
    ] as const) {
      const q: ProfileSelection = { tenants: [TENANT], range, matchers, profileType: wall };
      const tree = { ...q, mode: 'sum', frameKey: 'reported-name' } as const;
      await time(`mergeTree ${span}, ${of}`, (reader) => reader.mergeTree(tree, CONTEXT));
      const steps = {
        firstEdgeNanos: range.startNanos,
        stepMillis: 15_000 * (span === '24 h' ? 24 : 1),
        groupBy: ['service_name'],
        mode: 'sum',
        limit: 0,
        exemplars: false,
      } as const;
      await time(`selectSeries ${span}, ${of}`, (reader) =>
        reader.selectSeries({ ...q, ...steps }, CONTEXT),
      );
    }
  }
  const all = { tenants: [TENANT], range: minutes(24 * 60), matchers: [] } as const;
  const q: ProfileSelection = { ...all, matchers: one, profileType: wall };
  await time('mergeTree 24 h, one service, average', (reader) =>
    reader.mergeTree({ ...q, mode: 'average', frameKey: 'source-function' }, CONTEXT),
  );
  await time('mergeProfile 24 h, one service', (reader) => reader.mergeProfile(q, CONTEXT));
  const wanted = { name: 'handle7', file: '/app/service-3/src/module-7.js', line: 7 };
  await time('selectSeries 24 h, one service, function', (reader) =>
    reader.selectSeries(
      {
        ...q,
        firstEdgeNanos: q.range.startNanos,
        stepMillis: 360_000,
        groupBy: [],
        mode: 'sum',
        limit: 0,
        exemplars: false,
        function: wanted,
      },
      CONTEXT,
    ),
  );
  await time('activity 24 h by service', (reader) =>
    reader.activity({ ...all, groupBy: ['service_name'] }, CONTEXT),
  );
  await time('labelNames 24 h', (reader) => reader.labelNames(all, CONTEXT));
  await time('profileTypes 24 h', (reader) => reader.profileTypes(all, CONTEXT));
  console.log(store.reader.stats());
}

function profileTypeOf(id: string) {
  const parsed = parseProfileType(id);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.profileType;
}

async function cpuOf(run: () => Promise<{ readonly ok: boolean }>): Promise<number> {
  const before = process.cpuUsage();
  const { ok } = await run();
  const { user, system } = process.cpuUsage(before);
  if (!ok) throw new Error('a query failed');
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Mulberry32: the same numbers in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
