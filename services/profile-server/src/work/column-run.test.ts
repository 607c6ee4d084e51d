import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ColumnRunReader, ColumnRunWriter } from './column-run.ts';

const own = (sizeBytes: number) => new Uint8Array(sizeBytes);

test('columns of every kind come back as windows on the run, in their order', () => {
  const cells = new Int32Array([9, 1, 2, 3, 9]);
  const to = new ColumnRunWriter();
  to.column(Uint8Array.of(1, 2, 3));
  to.count(2 ** 32 - 1);
  // A part of a buffer, at a place that is no multiple of 8.
  to.column(cells.subarray(1, 4));
  to.column(Float64Array.of(0.5, -0));
  to.count(0);
  to.column(BigInt64Array.of(-(2n ** 63n)));
  to.column(BigUint64Array.of(2n ** 64n - 1n));
  to.column(new Int32Array(0));
  to.column(Buffer.from('é'));
  const run = to.finish('héllo \ud83d\ude00', own);

  const from = new ColumnRunReader(run);
  assert.deepEqual(from.uint8(), Uint8Array.of(1, 2, 3));
  assert.equal(from.count(), 2 ** 32 - 1);
  const window = from.int32();
  assert.deepEqual(window, Int32Array.of(1, 2, 3));
  assert.equal(window.buffer, run.buffer);
  assert.deepEqual(from.int64(), Float64Array.of(0.5, -0));
  assert.equal(from.count(), 0);
  assert.deepEqual(from.int64(), BigInt64Array.of(-(2n ** 63n)));
  assert.deepEqual(from.bigUint64(), BigUint64Array.of(2n ** 64n - 1n));
  assert.deepEqual(from.int32(), new Int32Array(0));
  assert.deepEqual(from.uint8(), Uint8Array.of(0xc3, 0xa9));
  assert.throws(() => from.count(), /too early/);
  assert.equal(from.text(), 'héllo \ud83d\ude00');
});

test('the run may lie in shared memory, at any multiple of 8', () => {
  const shared = new SharedArrayBuffer(4096);
  const to = new ColumnRunWriter();
  to.column(Float64Array.of(1, 2));
  const run = to.finish('text', (sizeBytes) => new Uint8Array(shared, 40, sizeBytes));
  const from = new ColumnRunReader(run);
  assert.deepEqual(from.int64(), Float64Array.of(1, 2));
  assert.equal(from.text(), 'text');
});

test('what is no run of columns is refused, and so is a column of another kind', () => {
  assert.throws(() => new ColumnRunReader(new Uint8Array(8).fill(0xff)), /8 bytes/);
  assert.throws(() => new ColumnRunReader(new Uint8Array(64).fill(0xff)), /64 bytes/);
  const to = new ColumnRunWriter();
  // The types do not let it: a column of a kind that was forgotten.
  assert.throws(() => to.column(new Float32Array(1) as never), /no column is Float32Array/);
  to.column(Int32Array.of(1));
  assert.throws(() => new ColumnRunReader(to.finish('', own)).uint8(), /kind 1, not 0/);
});
