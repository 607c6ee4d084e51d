import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserializeColumns, serializeColumns } from './column-serializer.ts';

const own = (sizeBytes: number) => new Uint8Array(sizeBytes);

test('columns of every kind come back as windows on the run', () => {
  const cells = new Int32Array([9, 1, 2, 3, 9]);
  const value = {
    text: 'héllo',
    none: undefined,
    big: 2n ** 63n - 1n,
    bytes: Uint8Array.of(1, 2, 3),
    // A part of a buffer, at a place that is no multiple of 8.
    window: cells.subarray(1, 4),
    words: Uint32Array.of(2 ** 32 - 1),
    floats: Float64Array.of(0.5, -0),
    wide: BigInt64Array.of(-(2n ** 63n)),
    addresses: BigUint64Array.of(2n ** 64n - 1n),
    empty: new Int32Array(0),
  };
  const run = serializeColumns(value, own);
  const back = deserializeColumns(run) as typeof value;
  assert.deepEqual(back, value);
  assert.equal(back.window.buffer, run.buffer);
});

test('what is one object stays one', () => {
  const table = { cells: Int32Array.of(1, 2) };
  const [a, b] = deserializeColumns(serializeColumns([table, { ...table }], own)) as [
    typeof table,
    typeof table,
  ];
  assert.notEqual(a, b);
  assert.equal(a.cells, b.cells);
});

test('the run may lie in shared memory, at any multiple of 8', () => {
  const shared = new SharedArrayBuffer(4096);
  const run = serializeColumns({ cells: Float64Array.of(1, 2) }, (sizeBytes) => {
    return new Uint8Array(shared, 40, sizeBytes);
  });
  assert.deepEqual(deserializeColumns(run), { cells: Float64Array.of(1, 2) });
});

test('what is no run of columns is refused', () => {
  assert.throws(() => deserializeColumns(new Uint8Array(8).fill(0xff)), /8 bytes/);
  assert.throws(() => serializeColumns(new Float32Array(1), own), /no column is Float32Array/);
});
