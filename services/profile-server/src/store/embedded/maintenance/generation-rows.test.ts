import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MAPPING, NO_STACK } from '@emberscope/profile';
import { createDictionary } from '../../dictionary/dictionary.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import {
  countRows,
  NO_ROWS,
  type RowCounts,
  writeDictionaryRows,
} from '../codec/dictionary-rows.ts';
import { createGenerationRows } from './generation-rows.ts';

/** What records bring, one behind another, and a page of all of it. */
function pieces(count: number) {
  const dictionary = createDictionary();
  const out = createByteWriter();
  const ends: RowCounts[] = [NO_ROWS];
  const bytes = Array.from({ length: count }, (_, i) => {
    const name = dictionary.strings.intern(`function ${i}`);
    const at = dictionary.functions.intern(name, 0, 0, i);
    const lines = { functions: [at], lineNumbers: [i], start: 0, end: 1 };
    const location = dictionary.locations.intern(NO_MAPPING, i, 0, 0, lines);
    dictionary.pushStack(NO_STACK, location);
    const before = ends.at(-1) ?? NO_ROWS;
    const after = countRows(dictionary.view());
    ends.push(after);
    out.clear();
    writeDictionaryRows(out, dictionary.view(), before, after);
    return out.finish();
  });
  out.clear();
  writeDictionaryRows(out, dictionary.view(), NO_ROWS, ends.at(-1) ?? NO_ROWS);
  return { bytes, page: out.finish(), after: ends.at(-1) };
}

for (const count of [0, 1, 2, 5]) {
  test(`what ${count} records bring is written as one page`, () => {
    const { bytes, page, after } = pieces(count);
    const rows = createGenerationRows(NO_ROWS);
    for (const piece of bytes) rows.add(piece, 0, piece.length);
    const out = createByteWriter();
    rows.write(out);
    assert.deepEqual(rows.counts(), after);
    assert.deepEqual(out.finish(), page);
  });
}

test('what is damaged is not taken, be it the first or a later one', () => {
  const { bytes, page } = pieces(2);
  const [first, second] = bytes;
  assert.ok(first !== undefined && second !== undefined);
  const rows = createGenerationRows(NO_ROWS);
  assert.throws(() => rows.add(first, 0, first.length - 1), DamagedBytes);
  assert.deepEqual(rows.counts(), NO_ROWS);
  rows.add(first, 0, first.length);
  const before = rows.counts();
  assert.throws(() => rows.add(Uint8Array.of(...second, 0), 0, second.length + 1), DamagedBytes);
  assert.deepEqual(rows.counts(), before);
  rows.add(second, 0, second.length);
  const out = createByteWriter();
  rows.write(out);
  assert.deepEqual(out.finish(), page);
});
