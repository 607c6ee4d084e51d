import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profileFromText } from '@emberscope/profile';
import fc from 'fast-check';
import { createByteReader } from './byte-reader.ts';
import { createByteWriter } from './byte-writer.ts';
import { DamagedBytes } from './damaged-bytes.ts';
import {
  countRows,
  type DictionaryView,
  hasRowsBetween,
  NO_ROWS,
  type RowCounts,
  readDictionaryRows,
  writeDictionaryRows,
} from './dictionary-rows.ts';
import { blankRows, createRowColumns, createWholeDictionary } from './row-columns.ts';

const frame = fc.constantFrom('main', 'f@a.ts:3:9', 'f@b.ts:3:10', 'outer|inner', '0x10', 'ünï');
const profile = fc
  .array(fc.array(frame, { minLength: 1, maxLength: 6 }), { maxLength: 12 })
  .map((lines) => profileFromText(lines.map((frames) => `${frames.join(';')} 1`).join('\n')));

/** Rows of each sort up to a share of all, as they may stand in a dictionary that grows. */
function countsAt(view: DictionaryView, share: number): RowCounts {
  const all = countRows(view);
  const stacks = Math.floor(all.stacks * share);
  const locations = Math.max(0, ...view.stacks.location.subarray(0, stacks).map((row) => row + 1));
  const { lineStart, lineFunction } = view.symbols.locations;
  const lines = lineFunction.subarray(0, lineStart[locations]);
  const functions = Math.max(0, ...lines.map((row) => row + 1));
  const { name, systemName, fileName } = view.symbols.functions;
  const strings = [name, systemName, fileName].flatMap((column) => [
    ...column.subarray(0, functions),
  ]);
  return {
    strings: Math.max(1, ...strings.map((row) => row + 1)),
    functions,
    mappings: all.mappings,
    locations,
    stacks,
  };
}

/** What bits can be in: either word of an address, or both. */
const WIDE = [
  0n,
  1n,
  127n,
  128n,
  2n ** 28n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 35n,
  2n ** 63n,
  2n ** 64n - 2n,
];

describe('rows of a dictionary', () => {
  it('are read again, in pieces and at once', () => {
    fc.assert(
      fc.property(profile, fc.array(fc.float({ min: 0, max: 1, noNaN: true })), (drawn, shares) => {
        const view = { symbols: drawn.symbols, stacks: drawn.stacks };
        const whole = createWholeDictionary();
        const cuts = [...shares.sort((a, b) => a - b).map((share) => countsAt(view, share))];
        let from = NO_ROWS;
        for (const to of [...cuts, countRows(view)]) {
          const piece = createByteWriter();
          writeDictionaryRows(piece, view, from, to);
          whole.append(readDictionaryRows(createByteReader(piece.finish()), from));
          from = to;
        }
        assert.deepEqual(whole.view(), view);
      }),
    );
  });

  it('keep what they refer to when pieces in their middle become one', () => {
    fc.assert(
      fc.property(profile, fc.float({ min: 0, max: 1, noNaN: true }), (drawn, share) => {
        const view = { symbols: drawn.symbols, stacks: drawn.stacks };
        const before = countsAt(view, share);
        const after = countRows(view);
        const expected = createByteWriter();
        writeDictionaryRows(expected, view, before, after);
        const columns = createRowColumns(before);
        columns.append(readDictionaryRows(createByteReader(expected.finish()), before));
        const again = createByteWriter();
        columns.write(again, after);
        assert.deepEqual(again.finish(), expected.finish());
        assert.equal(hasRowsBetween(before, columns.counts()), hasRowsBetween(before, after));
      }),
    );
  });

  it('of 64 bits keep all of them', () => {
    const whole = createWholeDictionary();
    const blank = blankRows(NO_ROWS, { ...NO_ROWS, mappings: 1, locations: WIDE.length });
    const wide = { memoryStart: 1n, memoryLimit: 2n ** 64n - 1n, fileOffset: 2n ** 63n };
    const addressWords = new Uint32Array(BigUint64Array.from(WIDE).buffer);
    whole.append({
      ...blank,
      mappings: [{ ...wide, fileName: 0, buildId: 0, has: 5 }],
      locations: { ...blank.locations, addressWords },
    });
    assert.deepEqual([...whole.view().symbols.locations.address], WIDE);
    const out = createByteWriter();
    writeDictionaryRows(out, whole.view(), NO_ROWS, whole.counts());
    const again = createWholeDictionary();
    again.append(readDictionaryRows(createByteReader(out.finish()), NO_ROWS));
    assert.deepEqual(again.view(), whole.view());
  });
});

describe('damaged rows', () => {
  it('are damage wherever a byte is another or missing, or rows of something else', () => {
    fc.assert(
      fc.property(profile, fc.nat(), fc.nat({ max: 255 }), (drawn, at, byte) => {
        const view = { symbols: drawn.symbols, stacks: drawn.stacks };
        const out = createByteWriter();
        writeDictionaryRows(out, view, NO_ROWS, countRows(view));
        const bytes = out.finish();
        readOrDamage(bytes.slice(0, at % bytes.length));
        bytes[at % bytes.length] = byte;
        readOrDamage(bytes);
      }),
    );
  });

  it('are random bytes as well', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), readOrDamage), { numRuns: 2000 });
  });
});

function readOrDamage(bytes: Uint8Array): void {
  try {
    createWholeDictionary().append(readDictionaryRows(createByteReader(bytes), NO_ROWS));
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
  }
}
