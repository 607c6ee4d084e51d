import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ByteCursor } from './byte-cursor.ts';
import { type ConstantPools, createConstantPools } from './constant-pools.ts';
import { createPartCounts } from './part-counts.ts';
import { long, stack } from './testing/draw-recording.ts';
import { type FieldLayout, type Layout, layoutOfFields } from './value-layout.ts';

function field(name: string, kind: FieldLayout['kind'], layout?: Layout): FieldLayout {
  const isArray = layout !== undefined;
  return { name, className: kind, kind, isArray, layout: () => layout ?? layoutOfFields(name, []) };
}

const FRAME = layoutOfFields('jdk.types.StackFrame', [
  field('method', 'pooled'),
  field('lineNumber', 'integer'),
  field('bytecodeIndex', 'integer'),
]);
const STACK_TRACE = layoutOfFields('jdk.types.StackTrace', [
  field('truncated', 'byte'),
  field('frames', 'struct', FRAME),
]);
const STACK_TRACES = 26;

/** Reads a checkpoint of pools, each from the id of its class on. */
function readCheckpoint(poolCount: number, bytes: Uint8Array): ConstantPools {
  const pools = createConstantPools(
    { of: () => STACK_TRACE, named: () => STACK_TRACE },
    createPartCounts(),
  );
  const whole = Buffer.concat([Uint8Array.from([0, 0, 0, 1, ...long(poolCount)]), bytes]);
  pools.readCheckpoint(new ByteCursor(whole, 0, whole.length));
  return pools;
}

const refused = (reason: string) => ({ name: 'MalformedRecording', message: reason });

describe('stack traces of pools', () => {
  // 0xffffffff as it stands is no int32: whoever looks up by that finds nothing ever again.
  test('have lines with their sign', () => {
    const entry = [...long(1), ...stack([1, 0xffff_ffff], [1, 7])];
    const pools = readCheckpoint(1, Uint8Array.from([STACK_TRACES, 1, ...entry]));
    assert.deepEqual(pools.framesOf(1)?.lines.slice(0, 2), [-1, 7]);
  });

  test('are found in each of several pools', () => {
    const pool = (key: number, line: number) => [
      ...[STACK_TRACES, 1, key],
      ...stack([key, line]),
      ...[STACK_TRACES, 0],
    ];
    const pools = readCheckpoint(4, Uint8Array.from([...pool(1, 10), ...pool(2, 20)]));
    const frames = [1, 2].map((key) => {
      const { methods = [], lines = [] } = pools.framesOf(key) ?? {};
      return [methods[0], lines[0]];
    });
    assert.deepEqual(frames, [
      [1, 10],
      [2, 20],
    ]);
  });

  test('of too many frames are refused when they are asked for', () => {
    const frames = Buffer.alloc(3 * 1_000_001, 1);
    const entry = Uint8Array.from([STACK_TRACES, 1, ...long(1), 0, ...long(1_000_001)]);
    const pools = readCheckpoint(1, Buffer.concat([entry, frames]));
    assert.throws(() => pools.framesOf(1), refused('a stack of more than 1000000 frames'));
  });
});

test('pools without entries are counted, too', () => {
  const empty = Buffer.alloc(2 * 2_000_001, Uint8Array.from([STACK_TRACES, 0]));
  assert.throws(
    () => readCheckpoint(2_000_001, empty),
    refused('more than 2000000 entries of pools'),
  );
});
