import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMillisOf } from '@emberscope/test-kit';
import { createFrameCollector, frameRow, rankFrames } from './frame-table.ts';

const frame = (name: string, file = '', line = 0) => ({ name, file, line });

test('frames are told apart by name, file and line, and numbered as they come', () => {
  const collector = createFrameCollector();
  const frames = [
    frame('a'),
    frame('a', 'x.ts'),
    frame('a', 'x.ts', 3),
    frame('a', '', 3),
    frame('', 'a'),
    frame('__proto__'),
    frame('constructor'),
  ];
  assert.deepEqual(frames.map(collector.intern), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(frames.map(collector.intern), [0, 1, 2, 3, 4, 5, 6]);
  const table = collector.finish();
  assert.deepEqual(
    frames.map((_, row) => frameRow(table, row)),
    frames,
  );
});

test('frames rank by name, then file, then line, in the order of UTF-8 bytes', () => {
  const collector = createFrameCollector();
  const inOrder = [
    frame('', 'z.ts', 9),
    frame('a'),
    frame('a', '', 2),
    frame('a', '', 10),
    frame('a', 'b.ts'),
    frame('b'),
    frame('\uffee'),
    frame('\u{1f525}'),
  ];
  for (const each of inOrder.toReversed()) collector.intern(each);
  assert.deepEqual([...rankFrames(collector.finish())], [7, 6, 5, 4, 3, 2, 1, 0]);
});

test('a hundred thousand functions of one name', { timeout: 20_000 }, () => {
  const collector = createFrameCollector();
  const cpuMillis = cpuMillisOf(() => {
    for (let line = 0; line < 100_000; line++) collector.intern(frame('(anonymous)', 'a.js', line));
  });
  assert.ok(cpuMillis < 2000, `${cpuMillis} ms`);
  assert.equal(collector.finish().length, 100_000);
});
