import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { labelSetFromRecord } from '@emberscope/labels';
import { nodeFs, systemClock, systemRandom } from '@emberscope/node-kit';
import { type Profile, profileFromText } from '@emberscope/profile';
import { createRecordBatch } from '@emberscope/record-log';
import { unixNanos } from '@emberscope/units';
import { createDictionary } from '../store/dictionary/dictionary.ts';
import { translateStacks } from '../store/dictionary/translate-stacks.ts';
import { createLogFile } from '../store/embedded/log/log-file.ts';
import { RECORD_LIMITS } from '../store/embedded/log/log-format.ts';
import { createRecordChunks } from '../store/embedded/log/record-chunks.ts';
import { flushGeneration } from '../store/embedded/maintenance/flush-generation.ts';
import { createProfileEncoder } from '../store/embedded/writer/profile-encoder.ts';
import { createStoreWriter } from '../store/embedded/writer/store-writer.ts';
import { tenantId } from '../store/ids.ts';
import { AGENT_PROFILES } from './agent-profiles.ts';

/**
 * What the writer of the store on disk takes for profiles of Node agents, step by step, and whole
 * with a real disk: the one below `EMBERSCOPE_BENCH_DIR`, else the system's folder for temporary
 * files, and `/dev/shm`, where a sync costs nothing.
 */

const RUNS = 2000;

/** A Node profile of 400 samples on some 1,200 stacks, as the recordings are too small to show. */
const LARGE = profileFromText(
  Array.from(
    { length: 400 },
    (_, i) =>
      `main;listen;route${i % 12};handler${i % 57};query${i % 131};row${i} ${1 + (i % 9)} ${(1 + (i % 9)) * 10_000_000}`,
  ).join('\n'),
  {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'wall', unit: 'nanoseconds' },
    ],
  },
);

const CASES = [
  ...AGENT_PROFILES.map(({ name, serviceName, profile }) => ({
    title: `${serviceName} ${name}`,
    profile,
  })),
  { title: '400 samples', profile: LARGE },
];

console.log(`\nsteps, us a profile (Node ${process.versions.node})`);
for (const { title, profile } of CASES) measureSteps(title, profile);
for (const folder of [process.env.EMBERSCOPE_BENCH_DIR ?? tmpdir(), '/dev/shm']) {
  await measureWriter(folder);
}
await measureStart(200);

function measureSteps(title: string, profile: Profile): void {
  const dictionary = createDictionary();
  const encoder = createProfileEncoder();
  const { samples } = profile;
  const intern = timed(() => {
    const translation = translateStacks(profile, dictionary);
    for (let i = 0; i < samples.length; i++) translation.stackOf(samples.stack[i] ?? -1);
  });
  const internAndEncode = timed(() => encoder.encode(profile, dictionary));
  const encoded = encoder.encode(profile, dictionary);
  const batch = createRecordBatch(crc32, RECORD_LIMITS);
  const pieces = [encoded.samples.ids, ...encoded.samples.columns];
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const append = timed(() => {
    batch.clear();
    batch.append(3, ...pieces);
  });
  const publish = timed(() => createRecordChunks().append(batch.bytes()), 50);
  const perSample = (1000 * internAndEncode) / samples.length;
  console.log(
    `  ${title.padEnd(16)} ${String(samples.length).padStart(5)} samples ${String(bytes).padStart(6)} B: intern ${us(intern)}, with encode ${us(internAndEncode)} (${perSample.toFixed(0)} ns a sample), frame ${us(append)}, chunk of its own ${us(publish)}`,
  );
}

async function measureWriter(folder: string): Promise<void> {
  const dataDir = mkdtempSync(join(folder, 'emberscope-bench-'));
  try {
    await measureLog(dataDir);
    const writer = createStoreWriter({
      fs: nodeFs,
      clock: systemClock,
      random: systemRandom,
      dataDir: join(dataDir, 'store'),
      retentionMillis: 0,
      rollupRetentionMillis: 0,
      maxBytes: 0,
      dropsOldestWhenFull: false,
      maxSeries: 50_000,
      maintenance: {
        flush: async () => ({ segments: [] }),
        merge: async () => ({ segment: undefined, rollup: undefined }),
      },
      log: () => {},
    });
    await writer.start();
    for (const waiting of [1, 16, 64]) {
      const count = waiting === 1 ? 200 : 3000;
      const cpuBefore = process.cpuUsage();
      const since = performance.now();
      const perWorker = Math.ceil(count / waiting);
      await Promise.all(
        Array.from({ length: waiting }, (_, worker) => pushMany(worker, perWorker)),
      );
      const seconds = (performance.now() - since) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      const pushed = perWorker * waiting;
      console.log(
        `  ${folder}, ${waiting} at a time: ${(pushed / seconds).toFixed(0)} profiles a second, ${((1000 * seconds * waiting) / pushed).toFixed(2)} ms each, ${((user + system) / pushed).toFixed(0)} us of CPU a profile`,
      );
    }
    const { logBytes, fsync, committedProfiles } = writer.stats();
    console.log(
      `  ${(logBytes / committedProfiles).toFixed(0)} bytes of log a profile, ${(committedProfiles / fsync.count).toFixed(1)} profiles a commit of ${((1000 * fsync.seconds) / fsync.count).toFixed(2)} ms`,
    );
    await writer.stop();

    async function pushMany(worker: number, times: number): Promise<void> {
      for (let i = 0; i < times; i++) {
        const sent = AGENT_PROFILES[(worker + i) % AGENT_PROFILES.length];
        if (sent === undefined) continue;
        const labels = labelSetFromRecord({
          __name__: sent.name,
          service_name: sent.serviceName,
          pod: `pod-${worker}`,
        });
        const profile = { ...sent.profile, timeNanos: unixNanos(0n) };
        await writer.push(tenantId('anonymous'), [{ labels, profiles: [{ profile }] }]);
      }
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Until pushes are taken, with as many segments of a day on the disk, of 120 series each. */
async function measureStart(segmentCount: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-bench-'));
  const open = () =>
    createStoreWriter({
      fs: nodeFs,
      clock: systemClock,
      random: systemRandom,
      dataDir,
      retentionMillis: 0,
      rollupRetentionMillis: 0,
      maxBytes: 0,
      dropsOldestWhenFull: false,
      maxSeries: 50_000,
      maintenance: {
        flush: (job) => flushGeneration(nodeFs, job),
        // So that segments stay as many as they are.
        merge: () => Promise.reject(new Error('not now')),
      },
      log: () => {},
    });
  try {
    const writer = open();
    await writer.start();
    for (let segment = 0; segment < segmentCount; segment++) {
      await writer.push(tenantId('anonymous'), fleet());
      await writer.flush();
    }
    await writer.stop();
    for (let round = 0; round < 3; round++) {
      const again = open();
      const since = performance.now();
      await again.start();
      const startMillis = performance.now() - since;
      await again.push(tenantId('anonymous'), fleet().slice(0, 1));
      const pushMillis = performance.now() - since;
      console.log(
        `  start with ${again.stats().segmentCount} segments: ${startMillis.toFixed(0)} ms, the first push answered after ${pushMillis.toFixed(0)} ms`,
      );
      await again.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The profiles of 20 instances. */
function fleet() {
  return AGENT_PROFILES.flatMap(({ name, serviceName, profile }) =>
    Array.from({ length: 20 }, (_, pod) => ({
      labels: labelSetFromRecord({ __name__: name, service_name: serviceName, pod: `pod-${pod}` }),
      profiles: [{ profile: { ...profile, timeNanos: unixNanos(0n) } }],
    })),
  );
}

/** The log alone: a megabyte at a time. */
async function measureLog(dataDir: string): Promise<void> {
  const batch = createRecordBatch(crc32, RECORD_LIMITS);
  const payload = systemRandom.bytes(2000);
  while (batch.byteLength() < 1_000_000) batch.append(3, payload);
  const header = { generation: 1, firstArrival: 0 };
  const file = await createLogFile(nodeFs, join(dataDir, 'bench.log'), header, batch.bytes());
  const since = performance.now();
  const times = 50;
  for (let i = 0; i < times; i++) await file.append(batch.bytes());
  const seconds = (performance.now() - since) / 1000;
  await file.close();
  console.log(
    `\n${dataDir}: ${((times * batch.byteLength()) / 1e6 / seconds).toFixed(0)} MB/s, ${((1000 * seconds) / times).toFixed(2)} ms for write and sync of 1 MB`,
  );
}

/** Microseconds of the processor for one run: the median of ten rounds. */
function timed(run: () => void, runs = RUNS): number {
  const rounds: number[] = [];
  for (let round = 0; round < 10; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < runs / 10; i++) run();
    const { user, system } = process.cpuUsage(before);
    rounds.push((10 * (user + system)) / runs);
  }
  return rounds.sort((a, b) => a - b)[5] ?? 0;
}

function us(micros: number): string {
  return `${micros.toFixed(1)} us`;
}
