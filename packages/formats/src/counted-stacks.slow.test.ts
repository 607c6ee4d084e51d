import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTED_MAX_STACKS, createCountedStacks } from './counted-stacks.ts';
import { NODES_MAX_COUNT } from './nested-nodes.ts';
import { readLines } from './read-lines.ts';
import { readTree } from './read-tree.ts';
import { parseSpeedscope, SPEEDSCOPE_SCHEMA } from './speedscope-file.ts';
import { bytesOf, refusal } from './testing/draw-profile.ts';

test('a text of more stacks than are counted is refused before it takes memory', () => {
  const lines: string[] = [];
  for (let i = 0; i <= COUNTED_MAX_STACKS; i++) lines.push(i.toString(36));
  assert.equal(refusal(readLines(bytesOf(lines.join('\n')))), 'more than 100000 different stacks');
  const stacks = createCountedStacks();
  for (let i = 0; i < COUNTED_MAX_STACKS; i++) stacks.add(lines[i], 1n);
  assert.equal(stacks.add(lines[0], 1n), undefined);
});

test('so are many names, and many frames', () => {
  const names = Array.from({ length: 100_001 }, (_, i) => i.toString(36));
  const rows: string[] = [];
  for (let i = 0; i < names.length; i += 5000) rows.push(names.slice(i, i + 5000).join(';'));
  assert.equal(refusal(readLines(bytesOf(rows.join('\n')))), 'more than 100000 names');
  const deep = Array.from({ length: 51 }, (_, i) => `${i};${'a;'.repeat(20_000)}`);
  assert.equal(
    refusal(readLines(bytesOf(deep.join('\n')))),
    'stacks of more than 500000 frames in all',
  );
});

test('so are stacks that share what is much of them', () => {
  const shared = 'a;'.repeat(20_000);
  const deep = Array.from({ length: 251 }, (_, i) => `${shared}${i}`);
  assert.equal(
    refusal(readLines(bytesOf(deep.join('\n')))),
    'stacks of more than 5000000 frames, one by one',
  );
});

test('so is a speedscope file whose stacks share nothing', () => {
  const row = '1,'.repeat(1998);
  const samples = Array.from({ length: 1000 }, (_, i) => `[${i},${row}1]`);
  const profileOf = (rows: readonly string[]) =>
    `{"type":"sampled","name":"","unit":"none","samples":[${rows}],"weights":[${rows.map(() => 1)}]}`;
  const frames = `{"frames":[${samples.map(() => '{"name":"f"}')}]}`;
  const file = (...profiles: readonly string[]) =>
    bytesOf(`{"$schema":"${SPEEDSCOPE_SCHEMA}","shared":${frames},"profiles":[${profiles}]}`);
  assert.ok(parseSpeedscope(file(profileOf(samples))).ok, 'two million');
  const more = file(profileOf(samples), profileOf(['[1]']));
  assert.equal(refusal(parseSpeedscope(more)), 'stacks of more than 2000000 frames in all');
});

test('so is a tree of more nodes', () => {
  const root = Uint8Array.from([0, 0, 0xff, 0xff, 0x7f]);
  const bytes = new Uint8Array(root.length + 3 * NODES_MAX_COUNT);
  bytes.set(root);
  assert.equal(refusal(readTree(bytes)), 'more than 200000 nodes');
});
