import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExportWire, TooManyParts } from './export-wire.ts';

/** A packed list of so many numbers, all of them 7. */
function listOf(count: number): Uint8Array {
  assert.ok(count >= 128 && count < 128 * 128);
  return Uint8Array.of((count & 127) | 128, count >> 7, ...new Uint8Array(count).fill(7));
}

describe('a packed list', () => {
  test('is read whole, up to the limit', () => {
    assert.equal(new ExportWire(listOf(400), 100).packed32([]).length, 400);
    assert.equal(new ExportWire(listOf(400), 200).packed64([]).length, 400);
  });

  test('past the limit is not built', () => {
    const narrow: number[] = [];
    assert.throws(() => new ExportWire(listOf(10_000), 100).packed32(narrow), TooManyParts);
    assert.equal(narrow.length, 400);
    const wide: bigint[] = [];
    assert.throws(() => new ExportWire(listOf(10_000), 100).packed64(wide), TooManyParts);
    assert.equal(wide.length, 200);
  });
});
