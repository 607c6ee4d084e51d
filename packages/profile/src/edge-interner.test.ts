import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMillisOf } from '@emberscope/test-kit';
import { createEdgeInterner } from './edge-interner.ts';

test('an edge that is not there is not found, and looking does not add it', () => {
  const edges = createEdgeInterner();
  const row = edges.intern(-1, 5);
  assert.equal(edges.find(-1, 5), row);
  assert.equal(edges.find(row, 5), -1);
  assert.equal(edges.length(), 1);
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
