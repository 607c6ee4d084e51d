import assert from 'node:assert/strict';
import { test } from 'node:test';
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
