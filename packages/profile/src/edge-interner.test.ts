import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMillisOf } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createEdgeInterner, EDGE_BLOCK } from './edge-interner.ts';

test('an edge that is not there is not found, and looking does not add it', () => {
  const edges = createEdgeInterner();
  const row = edges.intern(-1, 5);
  assert.equal(edges.find(-1, 5), row);
  assert.equal(edges.find(row, 5), -1);
  assert.equal(edges.length(), 1);
});

test('edges of a block are found as they are one by one', () => {
  const edge = fc.tuple(fc.integer({ min: -1, max: 3 }), fc.integer({ min: 0, max: 150 }));
  fc.assert(
    fc.property(
      fc.array(edge, { maxLength: 300, size: 'max' }),
      fc.array(edge, { maxLength: EDGE_BLOCK, size: 'max' }),
      (there, asked) => {
        const edges = createEdgeInterner();
        for (const [parent, label] of there) {
          edges.intern(Math.min(parent, edges.length() - 1), label);
        }
        const found = new Int32Array(EDGE_BLOCK);
        const parents = Int32Array.from(asked, ([parent]) => parent);
        const labels = Int32Array.from(asked, ([, label]) => label);
        edges.findBlock(parents, labels, asked.length, found);
        assert.deepEqual(
          [...found.subarray(0, asked.length)],
          asked.map(([parent, label]) => edges.find(parent, label)),
        );
      },
    ),
  );
  const tooMany = new Int32Array(EDGE_BLOCK + 1);
  const edges = createEdgeInterner();
  assert.throws(() => edges.findBlock(tooMany, tooMany, EDGE_BLOCK + 1, tooMany), /129.*128/);
});

test('a million edges of one parent stay apart', () => {
  const edges = createEdgeInterner();
  for (let label = 0; label < 1_000_000; label++) edges.intern(-1, label);
  assert.equal(edges.length(), 1_000_000);
  assert.equal(edges.find(-1, 999_999), 999_999);
});

test('edges that would share a slot under fixed factors', { timeout: 20_000 }, () => {
  const isNearSlot0 = (parent: number, label: number): boolean => {
    let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
    h ^= h >>> 15;
    h = Math.imul(h, 0xc2b2ae35);
    return ((h ^ (h >>> 13)) & 0x1_ffff) < 600;
  };
  const chosen: [parent: number, label: number][] = [];
  for (let parent = 0; parent < 3000; parent++) {
    for (let label = 0; label < 3000; label++) {
      if (isNearSlot0(parent, label)) chosen.push([parent, label]);
    }
  }
  const edges = createEdgeInterner();
  const cpuMillis = cpuMillisOf(() => {
    for (const [parent, label] of chosen) edges.intern(parent, label);
  });
  assert.ok(cpuMillis < 500, `${cpuMillis} ms`);
  assert.ok(edges.length() > 40_000);
});
