import type { MessageInitShape } from '@bufbuild/protobuf';
import { type FrameTable, orderCallTree } from '@emberscope/profile';
import type { GetFlameGraphResponseSchema } from '@emberscope/protocol/page/flame-graph';
import { MergeMode } from '@emberscope/protocol/page/selection';
import type { ListServicesResponseSchema } from '@emberscope/protocol/page/services';
import type { GetTimelineResponseSchema, TimelineSchema } from '@emberscope/protocol/page/timeline';

/** A small ingestion service, drawn: the same numbers at every run. */

export const CPU = 'wall:cpu:nanoseconds:wall:nanoseconds';
export const WALL = 'wall:wall:nanoseconds:wall:nanoseconds';
export const MEMORY = 'memory:inuse_space:bytes:inuse_space:bytes';
export const BLOCKED = 'eventloop:blocked_time:nanoseconds:eventloop:nanoseconds';

type Frame = readonly [name: string, file: string, line: number];

const MAIN: Frame = ['main', './src/main.ts', 3];

/** The stack that a reader of the demo looks for. */
export const CONVERTER_PATH: readonly Frame[] = [
  MAIN,
  ['processReport', './src/worker/process-report.ts', 21],
  ['elDataConverter', './src/database/el-data-converter.ts', 42],
];

const OTHER_FRAMES: readonly Frame[] = [
  ['listOnTimeout', 'node:internal/timers', 524],
  ['processTicksAndRejections', 'node:internal/process/task_queues', 72],
  ['handle', './node_modules/express/lib/router/index.js', 136],
  ['next', './node_modules/express/lib/router/route.js', 98],
  ['validate', './node_modules/zod/lib/types.js', 44],
  ['put', './node_modules/lmdb/write.js', 310],
  ['get', './node_modules/lmdb/read.js', 120],
  ['parseBundle', './src/ingest/parse-bundle.ts', 17],
  ['normaliseElement', './src/ingest/normalise-element.ts', 8],
  ['resolveReferences', './src/ingest/resolve-references.ts', 33],
  ['storeElements', './src/database/store-elements.ts', 51],
  ['readHits', './src/database/read-hits.ts', 12],
  ['toApiObject', './src/api/to-api-object.ts', 9],
  ['serialise', './src/api/serialise.ts', 30],
  ['Garbage Collection', '', 0],
  ['hashKey', './node_modules/@noble/hashes/sha256.js', 61],
];

type FlameGraphInit = MessageInitShape<typeof GetFlameGraphResponseSchema>;

/** A tree of `nodeCount` nodes in the contract's order, values in the unit of the type. */
export function drawnFlameGraph(
  nodeCount: number,
  unitValue: number,
  mode: MergeMode,
): FlameGraphInit {
  const frames = createFrames(Math.max(40, Math.round(nodeCount / 12)));
  const { parent, frame, self } = growTree(nodeCount, unitValue, frames.count, frames.rowOf);
  // Pre-order, siblings by name, totals: as the contract wants them.
  const tree = orderCallTree(
    Int32Array.from(parent),
    Int32Array.from(frame),
    Float64Array.from(self),
    frames.table,
  );
  const whole = BigInt(tree.total[0] ?? 0);
  return {
    frames: frames.wire,
    tree: {
      parentPlusOne: Array.from(tree.parent, (each) => each + 1),
      frame: [...tree.frame],
      self: Array.from(tree.self, BigInt),
      total: Array.from(tree.total, BigInt),
    },
    otherTotal: 0n,
    functionCount: frames.count,
    nodeCount: tree.length,
    coverage: {
      mode,
      total: whole,
      profileCount: 90n,
      seriesCount: 3n,
      coveredNanos: mode === MergeMode.SUM ? 2_700_000_000_000n : 0n,
      sampleCount: whole / 10_000_000n,
    },
  };
}

/** Callers before callees. Each node has nodes to spend below it, and hands most of them to one callee. */
function growTree(
  nodeCount: number,
  unitValue: number,
  frameCount: number,
  rowOf: (frame: Frame) => number,
) {
  const random = seededRandom(7);
  const parent: number[] = [];
  const frame: number[] = [];
  const self: number[] = [];
  for (const wanted of CONVERTER_PATH) {
    parent.push(frame.length - 1);
    frame.push(rowOf(wanted));
    self.push(wanted === CONVERTER_PATH.at(-1) ? nodeCount * 6 * unitValue : 0);
  }
  const waiting = [
    { caller: 0, nodes: Math.round((nodeCount - frame.length) * 0.6), depth: 1 },
    { caller: 1, nodes: Math.round((nodeCount - frame.length) * 0.4), depth: 2 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { caller, depth } = next;
    const taken = new Set<number>();
    for (let left = next.nodes; left > 0; ) {
      const nodes = depth > 60 ? 1 : Math.min(left, Math.ceil(left * (0.3 + 0.6 * random())));
      left -= nodes;
      let callee = Math.floor(random() ** 2 * frameCount);
      while (taken.has(callee) || callee < CONVERTER_PATH.length) {
        callee = (callee + 1) % frameCount;
      }
      taken.add(callee);
      parent.push(caller);
      frame.push(callee);
      self.push(Math.floor(random() ** 3 * 60) * unitValue);
      waiting.push({ caller: frame.length - 1, nodes: nodes - 1, depth: depth + 1 });
    }
  }
  return { parent, frame, self };
}

function createFrames(count: number) {
  const all: Frame[] = [...CONVERTER_PATH, ...OTHER_FRAMES];
  for (let i = all.length; i < count; i++) {
    const [name, file, line] = OTHER_FRAMES[i % OTHER_FRAMES.length] ?? MAIN;
    const numbered = file.replace(/(\.[a-z]+)$/, `-${i}$1`);
    all.push([`${name}${i}`, numbered, line === 0 ? 0 : line + i]);
  }
  const strings = [''];
  const rows = new Map([['', 0]]);
  const intern = (text: string): number => {
    const known = rows.get(text);
    if (known !== undefined) return known;
    rows.set(text, strings.length);
    return strings.push(text) - 1;
  };
  const line = all.map((each) => each[2]);
  const wire = {
    strings,
    name: all.map(([name]) => intern(name)),
    file: all.map(([, file]) => intern(file)),
    line,
  };
  const table: FrameTable = {
    length: all.length,
    name: all.map(([name]) => name),
    file: all.map(([, file]) => file),
    line: Int32Array.from(line),
  };
  return { wire, table, count: all.length, rowOf: (wanted: Frame) => all.indexOf(wanted) };
}

type TimelineInit = MessageInitShape<typeof TimelineSchema>;

/** About `targetPoints` buckets over a range, with a hole where the service was down. */
export function drawnTimeline(
  startMillis: number,
  endMillis: number,
  targetPoints: number,
  perSecond: number,
): TimelineInit {
  const length = endMillis - startMillis + 1;
  const steps = [1, 2, 5, 10, 15, 30, 60, 300, 900, 3600, 21_600].map((seconds) => seconds * 1000);
  const stepMillis = steps.find((step) => length / step <= targetPoints) ?? 86_400_000;
  const firstEdgeMillis = Math.ceil(startMillis / stepMillis) * stepMillis;
  const pointCount = Math.ceil((endMillis - firstEdgeMillis) / stepMillis) + 1;
  const random = seededRandom(11);
  const bucket: number[] = [];
  const value: bigint[] = [];
  for (let i = 0; i < pointCount; i++) {
    const level = 0.35 + 0.25 * Math.sin(i / 9) + 0.3 * random();
    const isDown = i > pointCount * 0.3 && i < pointCount * 0.34;
    const burst = i > pointCount * 0.7 && i < pointCount * 0.76 ? 3 : 1;
    if (isDown) continue;
    bucket.push(i);
    value.push(BigInt(Math.round(level * burst * perSecond * (stepMillis / 1000))));
  }
  const series = [{ labels: [], bucket, value, profileCount: bucket.map(() => 3) }];
  return {
    stepMillis: BigInt(stepMillis),
    firstEdgeMillis: BigInt(firstEdgeMillis),
    pointCount,
    series,
  };
}

export function drawnTimelineAnswer(
  ...drawing: Parameters<typeof drawnTimeline>
): MessageInitShape<typeof GetTimelineResponseSchema> {
  return { timeline: drawnTimeline(...drawing), coverage: { mode: MergeMode.SUM } };
}

/** Three services: one whose loop is blocked, one that fell silent, one that is well. */
export function drawnServices(
  startMillis: number,
  endMillis: number,
  targetPoints: number,
): MessageInitShape<typeof ListServicesResponseSchema> {
  const now = BigInt(endMillis);
  const common = {
    oldestMillis: BigInt(startMillis),
    intervalMillis: 10_000n,
    sparklineProfileType: CPU,
    sparkline: drawnTimeline(startMillis, endMillis, targetPoints, 1e9),
    profileTypes: [BLOCKED, MEMORY, CPU, WALL, 'wall:samples:count:wall:nanoseconds'],
  };
  const cluster = (value: string) => [{ name: 'cluster', value }];
  const cpu = (share: number, instanceCount: number) => ({
    totalNanos: BigInt(Math.round(share * 300e9)),
    coveredNanos: 300_000_000_000n,
    instanceCount,
  });
  return {
    nowMillis: now,
    newestMillis: now - 4000n,
    services: [
      {
        ...common,
        name: 'ingest-worker',
        labels: cluster('eu-west'),
        instanceCount: 3,
        newestMillis: now - 4000n,
        cpu: cpu(0.42, 3),
        memoryBytes: 412_000_000n,
        blocks: { blockCount: 38n, totalNanos: 9_400_000_000n, longestNanos: 1_900_000_000n },
      },
      {
        ...common,
        name: 'demo-worker',
        labels: cluster('us-east'),
        instanceCount: 1,
        newestMillis: now - 900_000n,
        cpu: cpu(0.012, 1),
        memoryBytes: 96_000_000n,
        blocks: { blockCount: 0n, totalNanos: 0n, longestNanos: 0n },
      },
      {
        ...common,
        name: 'demo-api',
        labels: cluster('eu-west'),
        instanceCount: 2,
        newestMillis: now - 7000n,
        cpu: cpu(0.083, 2),
        memoryBytes: 188_000_000n,
      },
    ],
  };
}

/** Park and Miller's generator: small, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
