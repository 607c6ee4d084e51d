import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_STACK, profileFromText } from '@emberscope/profile';
import { createByteReader } from './byte-reader.ts';
import { createByteWriter } from './byte-writer.ts';
import { countRows, NO_ROWS, readDictionaryRows, writeDictionaryRows } from './dictionary-rows.ts';
import { blankRows, createRowColumns, createWholeDictionary } from './row-columns.ts';

const TEXT = 'main;a@a.ts:1:2 1\nmain;b@a.ts:3:4 1\nmain;b@a.ts:3:4;c@c.ts:5:6 1';

describe('columns of dictionary rows', () => {
  const { symbols, stacks } = profileFromText(TEXT);
  const view = { symbols, stacks };
  const all = countRows(view);
  /** Two stacks, and what they refer to. */
  const some = { ...all, strings: all.strings - 2, functions: 2, locations: 2, stacks: 2 };
  const rows = (from = NO_ROWS, to = all) => {
    const out = createByteWriter();
    writeDictionaryRows(out, view, from, to);
    return readDictionaryRows(createByteReader(out.finish()), from);
  };

  it('skip rows that are there already, some of them or all', () => {
    const columns = createWholeDictionary();
    columns.append(rows(NO_ROWS, some));
    columns.append(rows());
    columns.append(rows(NO_ROWS, some));
    assert.deepEqual(columns.view(), view);
    assert.deepEqual(columns.counts(), all);
  });

  it('keep what was viewed while rows come', () => {
    const columns = createWholeDictionary();
    columns.append(rows(NO_ROWS, some));
    const before = columns.view().stacks;
    columns.append(rows(some));
    assert.deepEqual([...before.parent], [...stacks.parent.subarray(0, 2)]);
    assert.deepEqual(columns.view(), view);
  });

  it('take blank rows in the place of those that are missing, and none where there are more', () => {
    const columns = createWholeDictionary();
    columns.append(blankRows(columns.counts(), { ...some, strings: 0 }));
    assert.deepEqual(columns.counts(), { ...some, strings: 1 });
    columns.append(blankRows(columns.counts(), some));
    columns.append(blankRows(columns.counts(), NO_ROWS));
    assert.deepEqual(columns.counts(), some);
    columns.append(rows(some));
    assert.equal(columns.view().stacks.parent[0], NO_STACK);
    assert.deepEqual(columns.view().stacks.parent.subarray(2), stacks.parent.subarray(2));
  });

  it('take no rows behind a gap', () => {
    const columns = createRowColumns(NO_ROWS);
    assert.throws(() => columns.append(rows(some)), /functions from 2 on, behind 0|strings from/);
    assert.deepEqual(columns.counts(), NO_ROWS);
  });
});
