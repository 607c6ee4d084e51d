import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTED_MAX_STACKS, createCountedStacks } from './counted-stacks.ts';
import { NODES_MAX_COUNT } from './nested-nodes.ts';
import { readLines } from './read-lines.ts';
import { readTree } from './read-tree.ts';
import { bytesOf, refusal } from './testing/draw-profile.ts';

test('a text of more stacks than are counted is refused before it takes memory', () => {
  const lines: string[] = [];
  for (let i = 0; i <= COUNTED_MAX_STACKS; i++) lines.push(i.toString(36));
  assert.equal(refusal(readLines(bytesOf(lines.join('\n')))), 'more than 1000000 different stacks');
  const stacks = createCountedStacks();
  for (let i = 0; i < COUNTED_MAX_STACKS; i++) stacks.add(lines[i], 1n);
  assert.equal(stacks.add(lines[0], 1n), undefined);
});

test('so is a tree of more nodes', () => {
  const root = Uint8Array.from([0, 0, 0xff, 0xff, 0x7f]);
  const bytes = new Uint8Array(root.length + 3 * NODES_MAX_COUNT);
  bytes.set(root);
  assert.equal(refusal(readTree(bytes)), 'more than 1000000 nodes');
});
