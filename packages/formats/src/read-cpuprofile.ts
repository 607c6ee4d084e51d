import { createProfileBuilder, NO_STACK, type StackIndex } from '@emberscope/profile';
import {
  array,
  index,
  type JsonObject,
  MalformedFile,
  number,
  object,
  optionalArray,
  readJson,
} from './json-shape.ts';
import type { ReadProfile } from './read-answer.ts';
import { toInt64 } from './to-int64.ts';
import { parseV8CallFrame, sourceFrameOfV8, V8_ROOT, type V8Function } from './v8-call-frame.ts';

/** A node of the file's tree, parents before children. */
type Node = {
  readonly callFrame: V8Function;
  readonly parent: number;
  hits: number;
  nanos: number;
  /** Hits by running line, where V8 counted them. */
  readonly ticks: readonly { readonly line: number; readonly hits: number }[];
};

/** The hits of a node whose file does not say them: its samples are counted instead. */
const NOT_COUNTED = -1;

/**
 * Reads a `.cpuprofile` of V8 (DevTools protocol, `Profiler.Profile`) into hits and nanoseconds of
 * wall time. A sample lasts until the next one. Where V8 counted hits by line, a node's cost is laid
 * on its running lines in that proportion; elsewhere the running line is not known.
 */
export function readCpuProfile(bytes: Uint8Array): ReadProfile {
  const read = readJson(bytes, (file) => {
    const nodes = parseNodes(file);
    const startMicros = microseconds(file.startTime, 'startTime');
    const endMicros = microseconds(file.endTime, 'endTime');
    if (endMicros < startMicros) {
      throw new MalformedFile(`endTime ${endMicros} is before startTime ${startMicros}`);
    }
    layOutTime(file, nodes, startMicros, endMicros);
    return profileOf(nodes, toInt64((endMicros - startMicros) * 1000));
  });
  return read.ok ? { ok: true, profile: read.value } : read;
}

/** A time or a length of time that a double holds exactly: no sum of those is past all numbers. */
function microseconds(value: unknown, what: string): number {
  const micros = number(value, what);
  if (Math.abs(micros) > Number.MAX_SAFE_INTEGER) {
    throw new MalformedFile(`${what} is past 2^53 microseconds: ${micros}`);
  }
  return micros;
}

/** The nodes by id. A node names its children, and comes after its parent in every file of V8. */
function parseNodes(file: JsonObject): Map<number, Node> {
  const list = array(file.nodes, 'nodes').map((value, i) => object(value, `nodes[${i}]`));
  const parentOf = new Map<number, number>();
  for (const [i, node] of list.entries()) {
    for (const child of optionalArray(node.children, `nodes[${i}].children`)) {
      parentOf.set(index(child, `nodes[${i}].children`), index(node.id, `nodes[${i}].id`));
    }
  }
  const nodes = new Map<number, Node>();
  for (const [i, node] of list.entries()) {
    const what = `nodes[${i}]`;
    const id = index(node.id, `${what}.id`);
    const parent =
      node.parent === undefined ? parentOf.get(id) : index(node.parent, `${what}.parent`);
    if (nodes.has(id)) throw new MalformedFile(`${what} has the id ${id} of another node`);
    if (parent !== undefined && !nodes.has(parent)) {
      throw new MalformedFile(`${what} comes before its parent ${parent}`);
    }
    nodes.set(id, {
      callFrame: parseV8CallFrame(node, what),
      parent: parent ?? -1,
      hits: node.hitCount === undefined ? NOT_COUNTED : index(node.hitCount, `${what}.hitCount`),
      nanos: 0,
      ticks: optionalArray(node.positionTicks, `${what}.positionTicks`).map((value) => {
        const tick = object(value, `${what}.positionTicks`);
        return {
          line: index(tick.line, 'a tick’s line'),
          hits: index(tick.ticks, 'a tick’s hits'),
        };
      }),
    });
  }
  return nodes;
}

/** Gives each node its time: from the samples, or else from its share of all hits. */
function layOutTime(
  file: JsonObject,
  nodes: ReadonlyMap<number, Node>,
  startMicros: number,
  endMicros: number,
): void {
  const samples = optionalArray(file.samples, 'samples');
  if (samples.length === 0) {
    let hits = 0;
    for (const node of nodes.values()) {
      node.hits = Math.max(0, node.hits);
      hits += node.hits;
    }
    for (const node of nodes.values()) {
      if (hits > 0) node.nanos = ((endMicros - startMicros) * 1000 * node.hits) / hits;
    }
    return;
  }
  const deltas = optionalArray(file.timeDeltas, 'timeDeltas');
  const uncounted = [...nodes.values()].filter(({ hits }) => hits === NOT_COUNTED);
  for (const node of uncounted) node.hits = 0;
  const isUncounted = new Set(uncounted);
  let at = startMicros;
  for (const [i, sample] of samples.entries()) {
    const node = nodes.get(index(sample, `samples[${i}]`));
    if (node === undefined) throw new MalformedFile(`samples[${i}] names no node: ${sample}`);
    at += deltaAt(deltas, i);
    const end = i + 1 < samples.length ? at + deltaAt(deltas, i + 1) : endMicros;
    if (isUncounted.has(node)) node.hits++;
    // V8's clock of a sample may stand before that of the one before it.
    node.nanos += Math.max(0, end - at) * 1000;
  }
}

function deltaAt(deltas: readonly unknown[], i: number): number {
  return i < deltas.length ? microseconds(deltas[i], `timeDeltas[${i}]`) : 0;
}

function profileOf(nodes: ReadonlyMap<number, Node>, durationNanos: bigint) {
  const builder = createProfileBuilder({
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'wall', unit: 'nanoseconds' },
    ],
    defaultSampleType: 'wall',
    periodType: { type: 'wall', unit: 'nanoseconds' },
    durationNanos,
  });
  /** The stack that a node's children stand on. */
  const stackOf = new Map<number, StackIndex>();
  for (const [id, node] of nodes) {
    const caller = stackOf.get(node.parent) ?? NO_STACK;
    if (node.parent === -1 && node.callFrame.functionName === V8_ROOT) {
      stackOf.set(id, NO_STACK);
      continue;
    }
    stackOf.set(id, builder.stacks.push(caller, builder.frame(sourceFrameOfV8(node.callFrame))));
    for (const { line, hits, nanos } of byRunningLine(node)) {
      const stack = builder.stacks.push(
        caller,
        builder.frame(sourceFrameOfV8(node.callFrame, line)),
      );
      builder.addSample(stack, [hits, nanos]);
    }
  }
  return builder.finish();
}

/** A node's own cost by running line (0 where it is not known); the sums are the node's, exactly. */
function byRunningLine(node: Node): { line: number; hits: number; nanos: bigint }[] {
  const nanos = toInt64(node.nanos);
  if (node.hits === 0 && nanos === 0n) return [];
  const ticks = node.ticks.filter(({ hits }) => hits > 0);
  const tickHits = ticks.reduce((sum, { hits }) => sum + hits, 0);
  if (tickHits === 0) return [{ line: 0, hits: node.hits, nanos }];
  let hitsLeft = node.hits;
  let nanosLeft = nanos;
  return ticks.map(({ line, hits }, i) => {
    const isLast = i === ticks.length - 1;
    const share = isLast ? hitsLeft : Math.min(hitsLeft, Math.round((node.hits * hits) / tickHits));
    const shareNanos = isLast ? nanosLeft : (nanos * BigInt(hits)) / BigInt(tickHits);
    hitsLeft -= share;
    nanosLeft -= shareNanos;
    return { line, hits: share, nanos: shareNanos };
  });
}
