import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectGarbage } from '@emberscope/test-kit';
import { createTableDirectories, type TablePages } from './table-directories.ts';

test('of few tables what was read is what is answered', () => {
  const directories = createTableDirectories({ manyTables: 4, objectsMax: 2 });
  const tables = drawn(3);
  const kept = directories.keep(tables);
  for (const [i, pages] of kept.entries()) assert.equal(pages(), tables[i]);
  assert.equal(directories.readCount(), 0);
});

test('of many tables those are read that are asked for, and the last ones stay', () => {
  const directories = createTableDirectories({ manyTables: 4, objectsMax: 2 });
  const tables = drawn(20);
  const kept = directories.keep(tables);
  assert.equal(directories.readCount(), 0);
  assert.deepEqual(kept[7]?.(), tables[7]);
  assert.equal(kept[7]?.(), kept[7]?.());
  assert.equal(directories.readCount(), 1);
  for (const [i, pages] of kept.entries()) assert.deepEqual(pages(), tables[i]);
  // The one that was asked for before had made room.
  assert.equal(directories.readCount(), 21);
  // These two are there still.
  kept[19]?.();
  kept[18]?.();
  assert.equal(directories.readCount(), 21);
  kept[7]?.();
  assert.equal(directories.readCount(), 22);
});

test('what was read of a segment that is gone does not hold the texts of all its tables', async () => {
  const directories = createTableDirectories({ manyTables: 2, objectsMax: 1_000 });
  const [small, large] = drawn(2);
  assert.ok(small !== undefined && large !== undefined);
  const texts = { defaultSampleType: 'x'.repeat(1 << 20), dropFrames: '', keepFrames: '' };
  const tables = [small, { ...large, remarks: [{ ...texts, comments: [] }] }];
  await collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let segment = 0; segment < 50; segment++) directories.keep(tables)[0]?.();
  let heldBytes = Number.POSITIVE_INFINITY;
  // Arrays are freed by another thread, a moment after they were collected.
  for (let left = 5; left > 0 && heldBytes >= MAX_HELD_BYTES; left--) {
    await collectGarbage();
    heldBytes = process.memoryUsage().arrayBuffers - before;
  }
  assert.ok(heldBytes < MAX_HELD_BYTES, `${heldBytes} bytes are held of 50 segments`);
});

const MAX_HELD_BYTES = 10 * 1024 * 1024;

function drawn(count: number): TablePages[] {
  return Array.from({ length: count }, (_, i) => {
    const page = [16 * i, i, 2 * i, 0xffff_fff0 + (i % 8), 1] as const;
    const remarks = { defaultSampleType: `\u{1f525} ${i}`, dropFrames: '', keepFrames: '' };
    return {
      remarks: [{ ...remarks, comments: ['"\n'] }],
      levels: [
        {
          ...{ level: 'profile', rowCount: i, keys: page, totals: [page, page], largest: [] },
          ...{ durations: page, periods: page, remarks: page, ids: page, arrivals: page },
          blocks: { firstRow: [0], ids: [page], columns: [[page], [page]], tracing: [null] },
        },
      ],
    } satisfies TablePages;
  });
}
