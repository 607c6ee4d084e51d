import { labelSetFromRecord } from '@emberscope/labels';
import { type Profile, sourceFunction } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../store/ids.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { PushSeries } from '../store/push.ts';
import type { FunctionSelector, ProfileSelection } from '../store/selection.ts';
import { AGENT_PROFILES, type AgentProfile } from './agent-profiles.ts';
import { openBenchStore } from './open-bench-store.ts';

/**
 * What the store on disk takes for real profiles of Node agents, and what its queries take over an
 * hour of a fleet, from the log and from segments: 20 instances that send six profiles every 10 s.
 * Times are those of the processor, with what the collector of garbage takes: the clock would tell
 * of the neighbours. Writer, flush and queries share one thread here.
 */

const INSTANCES = 20;
const PERIOD_SECONDS = 10;
const HOUR_SECONDS = 3600;
const NOW_MILLIS = 1_795_521_600_000;
const RUNS = 7;
const TENANT = tenantId('anonymous');
const CONTEXT = { signal: new AbortController().signal };

const { store, close } = await openBenchStore(NOW_MILLIS);
await measurePushes(store);
await measureQueries(store, 'the log');
const flushedFrom = cpuMillis();
await store.flush();
console.log(`\nflush: ${((cpuMillis() - flushedFrom) / 1000).toFixed(1)} s`);
await measureQueries(store, 'segments');
const { diskBytes, profileCount } = await store.stats();
console.log(`\n${(diskBytes / profileCount).toFixed(0)} bytes a profile in segments`);
await close();

async function measurePushes(to: ProfileStore): Promise<void> {
  const startMillis = NOW_MILLIS - HOUR_SECONDS * 1000;
  let profiles = 0;
  let samples = 0;
  let bytes = 0;
  let lastMillis = cpuMillis();
  const perPush: number[] = [];
  for (let second = 0; second < HOUR_SECONDS; second += PERIOD_SECONDS) {
    for (let instance = 0; instance < INSTANCES; instance++) {
      const millis = startMillis + second * 1000 + instance * 37;
      await to.push(
        TENANT,
        AGENT_PROFILES.map((sent) => seriesOf(sent, instance, millis)),
      );
      for (const { profile, pprofBytes } of AGENT_PROFILES) {
        profiles++;
        samples += profile.samples.length;
        bytes += pprofBytes;
      }
    }
    const now = cpuMillis();
    perPush.push((now - lastMillis) / (INSTANCES * AGENT_PROFILES.length));
    lastMillis = now;
  }
  const micros = 1000 * median(perPush);
  const megabytesPerSecond = bytes / profiles / micros;
  const { diskBytes: logBytes } = await to.stats();
  console.log(`\npush (Node ${process.versions.node})`);
  console.log(`  ${profiles} profiles, ${(samples / profiles).toFixed(0)} samples each`);
  console.log(
    `  ${micros.toFixed(1)} us a profile: ${(1e6 / micros).toFixed(0)} a second, ${megabytesPerSecond.toFixed(0)} MB/s of pprof`,
  );
  console.log(`  ${(logBytes / profiles).toFixed(0)} bytes a profile in the log`);
}

function seriesOf(
  { name, serviceName, profile }: AgentProfile,
  instance: number,
  millis: number,
): PushSeries {
  const labels = labelSetFromRecord({
    __name__: name,
    service_name: serviceName,
    pod: `pod-${instance}`,
    region: instance % 2 === 0 ? 'eu' : 'us',
  });
  const timeNanos = unixNanos(BigInt(millis) * 1_000_000n);
  return { labels, profiles: [{ profile: { ...profile, timeNanos } }] };
}

async function measureQueries(reader: ProfileStore, where: string): Promise<void> {
  const range = {
    startNanos: unixNanos(BigInt(NOW_MILLIS - HOUR_SECONDS * 1000) * 1_000_000n),
    endNanos: unixNanos(BigInt(NOW_MILLIS) * 1_000_000n),
  };
  const all = { tenants: [TENANT], range, matchers: [] } as const;
  const wall: ProfileSelection = {
    ...all,
    profileType: {
      name: 'wall',
      sampleType: 'wall',
      sampleUnit: 'nanoseconds',
      periodType: 'wall',
      periodUnit: 'nanoseconds',
    },
  };
  const buckets = { firstEdgeNanos: range.startNanos, stepMillis: 15_000 };
  const steps = { ...buckets, groupBy: ['pod'], mode: 'sum', limit: 0 } as const;
  const wanted = functionOf(AGENT_PROFILES[0]?.profile);
  console.log(`\nqueries over an hour in ${where} (Node ${process.versions.node})`);
  const time = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
    const took: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const start = cpuMillis();
      await ask();
      took.push(cpuMillis() - start);
    }
    const middle = median(took).toFixed(1).padStart(8);
    console.log(`  ${name.padEnd(44)} ${middle} ms, first ${took[0]?.toFixed(1).padStart(8)} ms`);
  };
  const tree = { ...wall, frameKey: 'reported-name' } as const;
  await time('mergeTree, sum', () => reader.mergeTree({ ...tree, mode: 'sum' }, CONTEXT));
  await time('mergeTree, average', () => reader.mergeTree({ ...tree, mode: 'average' }, CONTEXT));
  await time('mergeTotal, sum', () => reader.mergeTotal({ ...wall, mode: 'sum' }, CONTEXT));
  await time('mergeProfile', () => reader.mergeProfile(wall, CONTEXT));
  await time('selectSeries by pod, 15 s steps', () =>
    reader.selectSeries({ ...wall, ...steps, exemplars: false }, CONTEXT),
  );
  await time('selectSeries by pod, with exemplars', () =>
    reader.selectSeries({ ...wall, ...steps, exemplars: true }, CONTEXT),
  );
  await time('selectSeries by pod, last', () =>
    reader.selectSeries({ ...wall, ...steps, mode: 'last', exemplars: false }, CONTEXT),
  );
  await time('selectSeries by pod, average', () =>
    reader.selectSeries({ ...wall, ...steps, mode: 'average', exemplars: false }, CONTEXT),
  );
  await time('selectSeries of one function', () =>
    reader.selectSeries({ ...wall, ...steps, exemplars: false, function: wanted }, CONTEXT),
  );
  await time('functionTimelines, 15 s steps', () =>
    reader.functionTimelines({ ...wall, ...buckets, mode: 'sum', limit: 50 }, CONTEXT),
  );
  await time('selectPoints', () =>
    reader.selectPoints({ ...wall, groupBy: [], per: 'profile' }, CONTEXT),
  );
  await time('singleProfiles, newest 100', () =>
    reader.singleProfiles({ ...wall, order: 'newest', limit: 100 }, CONTEXT),
  );
  await time('labelValues of pod', () => reader.labelValues({ ...all, name: 'pod' }, CONTEXT));
  await time('activity by service', () =>
    reader.activity({ ...all, groupBy: ['service_name'] }, CONTEXT),
  );
  await time('stats', () => reader.stats());
}

/** One of those that a profile has, as a person names it. */
function functionOf(profile: Profile | undefined): FunctionSelector {
  if (profile === undefined) throw new Error('no profile');
  const { functions, strings } = profile.symbols;
  const text = (column: Int32Array) => strings[column[1] ?? 0] ?? '';
  return sourceFunction({
    name: text(functions.name),
    systemName: text(functions.systemName),
    fileName: text(functions.fileName),
    startLine: functions.startLine[1] ?? 0,
  });
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
