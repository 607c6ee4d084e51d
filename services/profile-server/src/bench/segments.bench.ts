import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelSetFromRecord } from '@emberscope/labels';
import { nodeFs } from '@emberscope/node-kit';
import { type ProfileHeader, profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import type { GenerationView } from '../store/embedded/log/log-chunk.ts';
import { flushGeneration } from '../store/embedded/maintenance/flush-generation.ts';
import { daysOf } from '../store/embedded/maintenance/generation-content.ts';
import { mergeSegments } from '../store/embedded/maintenance/merge-segments.ts';
import type { SegmentEntry } from '../store/embedded/manifest/manifest.ts';
import { createTestLog } from '../store/embedded/testing/test-log.ts';
import { AGENT_PROFILES } from './agent-profiles.ts';

/**
 * What flushing the log and merging a day cost for each profile, in time of the processor (all
 * threads: zlib's as well) and in bytes. Two loads: what Node agents sent, again and again by five
 * instances; and drawn profiles of 400 samples and two types, which differ from each other as those
 * of a busy service do.
 */

type Load = {
  readonly name: string;
  readonly generations: readonly GenerationView[];
  readonly count: number;
};

const START_MILLIS = 1_795_521_600_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
const SAMPLES = { type: 'samples', unit: 'count' };
const CPU = { type: 'cpu', unit: 'nanoseconds' };
/** Making the log takes longer than what is measured: no more than the code needs to become warm. */
const INSTANCES = 5;
const AGENT_MINUTES = 120;
const DRAWN_MINUTES = 180;
const COMMON_STACKS = 2000;
const SAMPLES_PER_PROFILE = 400;
const PERIOD_NANOS = 10_000_000;

const dataDir = mkdtempSync(join(tmpdir(), 'segments-bench-'));
try {
  for (const load of [agentLoad, drawnLoad]) await measure(load());
} finally {
  rmSync(dataDir, { recursive: true });
}

async function measure({ name, generations, count }: Load): Promise<void> {
  console.log(
    `\n${name}: ${count} profiles in ${generations.length} generations (Node ${process.versions.node})`,
  );
  let logBytes = 0;
  for (const { chunks } of generations) {
    for (const { memory } of chunks) logBytes += new Uint32Array(memory, 0, 1)[0] ?? 0;
  }
  console.log(`  log: ${(logBytes / count).toFixed(0)} bytes a profile`);
  let file = 1;
  let segments: SegmentEntry[] = [];
  for (const round of ['cold', 'warm']) {
    segments = [];
    const before = process.cpuUsage();
    for (const generation of generations) {
      const files = daysOf(generation).map(() => file++);
      const flushed = await flushGeneration(nodeFs, {
        ...{ dataDir, generation, deletions: [], sequence: 1, files, nowMillis: START_MILLIS },
      });
      segments.push(...flushed.segments);
    }
    report(`flush (${round})`, before, segments, count);
  }
  for (const rollup of [false, true]) {
    const before = process.cpuUsage();
    const merged = await mergeSegments(nodeFs, {
      ...{
        dataDir,
        day: segments[0]?.day ?? 0,
        inputs: segments,
        deletions: [],
        sequence: 2,
        rollup,
      },
      ...{ file: file++, kind: 'day', nowMillis: START_MILLIS, pushIdsSinceMillis: 0 },
    });
    const written = [merged.segment, merged.rollup].flatMap((each) => each ?? []);
    report(rollup ? 'merge and roll-up' : 'merge of a day', before, written, count);
    if (merged.rollup !== undefined) {
      console.log(
        `  roll-up alone: ${(merged.rollup.sizeBytes / count).toFixed(0)} bytes a profile`,
      );
    }
  }
}

function report(
  what: string,
  before: NodeJS.CpuUsage,
  segments: readonly SegmentEntry[],
  count: number,
): void {
  const { user, system } = process.cpuUsage(before);
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  console.log(
    `  ${what.padEnd(18)} ${((user + system) / count).toFixed(0).padStart(5)} us  ${(bytes / count).toFixed(0).padStart(5)} bytes a profile`,
  );
}

/** Two hours of five instances that send six profiles a minute. */
function agentLoad(): Load {
  const log = createTestLog(CHUNK_BYTES);
  const generations: GenerationView[] = [];
  let count = 0;
  for (let minute = 0; minute < AGENT_MINUTES; minute++) {
    for (let instance = 0; instance < INSTANCES; instance++) {
      for (const { name, serviceName, profile } of AGENT_PROFILES) {
        const labels = labelSetFromRecord({
          ...{ __name__: name, service_name: serviceName, pod: `pod-${instance}` },
        });
        const timeNanos = unixNanos(
          BigInt(START_MILLIS + minute * 60_000 + instance * 37) * 1_000_000n,
        );
        log.push({ tenant: 'anonymous', labels, profile: { ...profile, timeNanos } });
        count++;
      }
    }
    if (minute % 60 === 59) generations.push(log.cut());
  }
  return { name: 'agents', generations, count };
}

/**
 * Four services of one instance, a profile a minute, for three hours: 400 of 2,000 stacks of 5 to 40
 * frames, the frequent ones in nearly every profile, and one in a hundred that is new.
 */
function drawnLoad(): Load {
  const log = createTestLog(CHUNK_BYTES);
  const generations: GenerationView[] = [];
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  let stackNumber = 0;
  const newStack = (): string => {
    const depth = 5 + Math.floor(random() * 35);
    const frames = ['main'];
    let node = stackNumber++ % 7;
    for (let i = 1; i < depth; i++) {
      node = (node * 31 + Math.floor(random() * (i < 8 ? 1.3 : 2.5))) % 5000;
      frames.push(`function_${node}@src/module_${node % 200}.ts:${node % 900}:${(node % 900) + 3}`);
    }
    return frames.join(';');
  };
  let count = 0;
  const services = ['a', 'b', 'c', 'd'].map((name) => ({
    labels: labelSetFromRecord({ __name__: 'process_cpu', service_name: name }),
    // All stacks that it will ever have, as one profile: text is read once.
    all: profileFromText(
      Array.from({ length: COMMON_STACKS + 2 * DRAWN_MINUTES }, () => `${newStack()} 1 1`).join(
        '\n',
      ),
      headerAt(0),
    ),
  }));
  for (let minute = 0; minute < DRAWN_MINUTES; minute++) {
    for (const { labels, all } of services) {
      const rows = new Set([COMMON_STACKS + 2 * minute, COMMON_STACKS + 2 * minute + 1]);
      while (rows.size < SAMPLES_PER_PROFILE) rows.add(Math.floor(random() ** 3 * COMMON_STACKS));
      const stack = Int32Array.from(rows, (row) => all.samples.stack[row] ?? 0);
      const counts = Float64Array.from(stack, () => 1 + Math.floor(random() ** 6 * 40));
      const samples = {
        ...{ length: stack.length, stack, labels: new Int32Array(stack.length) },
        values: [counts, counts.map((value) => value * PERIOD_NANOS)],
      };
      log.push({ tenant: 'anonymous', labels, profile: { ...all, ...headerAt(minute), samples } });
      count++;
    }
    if (minute % 60 === 59) generations.push(log.cut());
  }
  return { name: 'drawn, 400 samples of two types', generations, count };
}

function headerAt(minute: number): Partial<ProfileHeader> {
  return {
    sampleTypes: [SAMPLES, CPU],
    periodType: CPU,
    period: BigInt(PERIOD_NANOS),
    durationNanos: 60_000_000_000n,
    timeNanos: unixNanos(BigInt(START_MILLIS + minute * 60_000) * 1_000_000n),
  };
}
