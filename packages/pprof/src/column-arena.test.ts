import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWide } from '@emberscope/profile';
import { arenaBytes, ColumnArena } from './column-arena.ts';

const halves = Int32Array.of(1, 0, -1, -1, 5, 7);

test('columns of the counted size share one buffer and do not touch', () => {
  const arena = new ColumnArena(new ArrayBuffer(arenaBytes(4 * 3, 3, 8 * 3, 8 * 3)));
  const int32 = arena.int32(Int32Array.of(1, 2, 3, 99), 3);
  const uint8 = arena.uint8(Int32Array.of(4, 5, 6), 3);
  const uint64 = arena.uint64(halves, 3);
  const int64 = arena.int64(halves, 3, 0, 1);
  assert.deepEqual([...int32], [1, 2, 3]);
  assert.deepEqual([...uint8], [4, 5, 6]);
  assert.deepEqual([...uint64], [1n, 2n ** 64n - 1n, 7n * 2n ** 32n + 5n]);
  assert.deepEqual([...int64], [1, -1, 7 * 2 ** 32 + 5]);
  for (const column of [uint8, uint64, int64]) assert.equal(column.buffer, int32.buffer);
});

test('a column that does not fit has a buffer of its own', () => {
  const arena = new ColumnArena(new ArrayBuffer(8));
  const columns = [
    arena.int32(Int32Array.of(1, 2, 3), 3),
    arena.uint8(Int32Array.from({ length: 9 }), 9),
    arena.uint64(halves, 3),
    arena.int64(halves, 3, 0, 1),
  ];
  assert.deepEqual([...columns[0]], [1, 2, 3]);
  assert.equal(new Set(columns.map((column) => column.buffer)).size, columns.length);
});

test('every second value, and the first that a double cannot hold makes all of them wide', () => {
  const arena = new ColumnArena(new ArrayBuffer(1000));
  const rows = Int32Array.of(1, 0, 0, 0x20_0000, 2, 0, 3, 0);
  const narrow = arena.int64(rows, 2, 0, 2);
  assert.ok(!isWide(narrow));
  assert.deepEqual([...narrow], [1, 2]);
  const wide = arena.int64(rows, 2, 1, 2);
  assert.ok(isWide(wide));
  assert.deepEqual([...wide], [2n ** 53n, 3n]);
});
