import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createByteWriter } from '../codec/byte-writer.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { writeStackIds, writeValueColumn } from '../codec/sample-sections.ts';
import { blockPagesOf } from './block-pages.ts';
import type { BlockColumns, PageRef } from './segment-directory.ts';
import { CODEC } from './segment-format.ts';
import { columnToRows, columnToStacks } from './stack-columns.ts';
import { createStackOrderer, idsToRows } from './stack-order.ts';

const value = fc.oneof(
  fc.constant(0),
  fc.nat({ max: 300 }),
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
);
const stack = fc.oneof(
  { weight: 20, arbitrary: fc.nat({ max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 70_000 }) },
);
const row = fc.array(fc.tuple(stack, value), { maxLength: 30, size: 'max' }).chain((samples) =>
  fc.record({
    samples: fc.constant([...samples].sort(([a], [b]) => a - b)),
    second: fc.constantFrom('zero' as const, 'multiple' as const, 'wide' as const),
  }),
);

/** Few stacks that most rows have: what blocks of a service look like. */
const rowsThatShare = fc.array(row, { minLength: 2, maxLength: 12 });

type Row = typeof row extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function pagesOf(rows: readonly Row[]): readonly [Uint8Array, Uint8Array, Uint8Array] {
  const ids = createByteWriter();
  const first = createByteWriter();
  const second = createByteWriter();
  for (const { samples, second: kind } of rows) {
    const { length } = samples;
    const values = Float64Array.from(samples, ([, each]) => each);
    writeStackIds(
      ids,
      samples.map(([stack]) => stack),
      length,
    );
    writeValueColumn(first, values, length, undefined);
    if (kind === 'wide') {
      const wide = BigInt64Array.from(samples, ([, each]) => BigInt(each) * 1024n);
      writeValueColumn(second, wide, length, values);
    } else {
      const factor = kind === 'zero' ? 0 : 1;
      writeValueColumn(
        second,
        values.map((each) => each * factor),
        length,
        values,
      );
    }
  }
  return [ids.finish(), first.finish(), second.finish()];
}

const idsToStacks = createStackOrderer();

describe('pages by stack', () => {
  it('are the same bytes again by row', () => {
    let ordered = 0;
    fc.assert(
      fc.property(rowsThatShare, (rows) => {
        const [ids, ...columns] = pagesOf(rows);
        const byStack = idsToStacks(ids, rows.length);
        if (byStack === undefined) return;
        ordered++;
        const byRow = idsToRows(byStack.page, rows.length);
        assert.deepEqual(byRow.page, ids);
        assert.deepEqual(byRow.order, byStack.order);
        for (const column of columns) {
          const there = columnToStacks(column, byStack.order);
          assert.deepEqual(columnToRows(there, byRow.order), column);
        }
      }),
    );
    assert.ok(ordered > 20, `${ordered} blocks were put in order`);
  });

  it('keep samples of one stack in a row in their order', () => {
    const ids = createByteWriter();
    const values = createByteWriter();
    for (const rowValues of [
      [5, 3, 9],
      [1, 2, 1],
    ]) {
      writeStackIds(ids, [4, 4, 4], 3);
      writeValueColumn(values, Float64Array.from(rowValues), 3, undefined);
    }
    const byStack = idsToStacks(ids.finish(), 2);
    assert.ok(byStack !== undefined);
    const byRow = idsToRows(byStack.page, 2);
    assert.deepEqual(byRow.page, ids.finish());
    const column = columnToStacks(values.finish(), byStack.order);
    assert.deepEqual(columnToRows(column, byRow.order), values.finish());
  });

  it('are not made where rows share nothing', () => {
    const ids = createByteWriter();
    writeStackIds(ids, [1, 3, 5], 3);
    writeStackIds(ids, [2, 4, 6], 3);
    assert.equal(idsToStacks(ids.finish(), 2), undefined);
    assert.equal(idsToStacks(new Uint8Array(2), 2), undefined);
  });

  it('take random bytes for what they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        fc.integer({ min: 1, max: 9 }),
        (ids, column, rowCount) => {
          throwsDamageOnly(() => columnToRows(column, idsToRows(ids, rowCount).order));
        },
      ),
    );
  });

  it('are damaged or other samples when a byte is flipped, and nothing worse', () => {
    const rows: Row[] = Array.from({ length: 4 }, (_, i) => ({
      samples: Array.from({ length: 20 }, (_, j) => [3 * j + (i % 2), i + j] as [number, number]),
      second: 'multiple',
    }));
    const [ids, column] = pagesOf(rows);
    const byStack = idsToStacks(ids, 4);
    assert.ok(byStack !== undefined);
    const valuesByStack = columnToStacks(column, byStack.order);
    for (const page of [byStack.page, valuesByStack]) {
      for (let at = 0; at < page.length; at++) {
        const before = page[at] ?? 0;
        for (const flip of [1, 128, 255]) {
          page[at] = before ^ flip;
          throwsDamageOnly(() => columnToRows(valuesByStack, idsToRows(byStack.page, 4).order));
        }
        page[at] = before;
      }
    }
  });

  for (const keeps of ['pages', 'order'] as const) {
    it(`are given by row in any order of asking, keeping ${keeps}`, () => {
      fc.assert(
        fc.property(rowsThatShare, fc.shuffledSubarray([0, 1, 2]), (rows, asked) => {
          const pages = pagesOf(rows);
          const { blocks, read } = blockByStack(pages, rows.length);
          const block = blockPagesOf(blocks, 0, rows.length, read, keeps);
          for (const which of [...asked, ...asked]) {
            const page = which === 0 ? block.ids() : block.column(which - 1);
            assert.deepEqual(page, pages[which]);
          }
        }),
      );
    });
  }
});

it('a column that is a multiple is read with the one before, unless that was given', () => {
  const rows: Row[] = Array.from({ length: 4 }, () => ({
    samples: [
      [1, 3],
      [2, 4],
    ],
    second: 'multiple',
  }));
  const pages = pagesOf(rows);
  const { blocks, read } = blockByStack(pages, rows.length);
  const asked: number[] = [];
  const open = () =>
    blockPagesOf(
      blocks,
      0,
      rows.length,
      (ref) => {
        asked.push(ref[0]);
        return read(ref);
      },
      'pages',
    );

  const multipleFirst = open();
  assert.deepEqual(multipleFirst.column(1), pages[2]);
  assert.ok(multipleFirst.isAhead(0));
  assert.deepEqual(multipleFirst.column(0), pages[1]);
  assert.ok(!multipleFirst.isAhead(0));
  assert.equal(asked.filter((place) => place === 1).length, 1);

  asked.length = 0;
  const inOrder = open();
  assert.deepEqual(inOrder.column(0), pages[1]);
  assert.deepEqual(inOrder.column(1), pages[2]);
  assert.ok(!inOrder.isAhead(0), 'what the caller has is not kept again');
  assert.equal(asked.filter((place) => place === 1).length, 1);
});

function blockByStack(pages: readonly Uint8Array[], rowCount: number) {
  const [ids = new Uint8Array(0), ...columns] = pages;
  const byStack = idsToStacks(ids, rowCount);
  const stored =
    byStack === undefined
      ? pages
      : [byStack.page, ...columns.map((column) => columnToStacks(column, byStack.order))];
  const codec = byStack === undefined ? CODEC.raw : CODEC.rawByStack;
  const refs = stored.map((page, i): PageRef => [i, page.length, page.length, 0, codec]);
  const [idsRef, ...columnRefs] = refs;
  const blocks: BlockColumns = {
    firstRow: [0],
    ids: idsRef === undefined ? [] : [idsRef],
    columns: columnRefs.map((ref) => [ref]),
    tracing: [null],
  };
  return { blocks, read: ([i]: PageRef) => stored[i] ?? new Uint8Array(0) };
}

function throwsDamageOnly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
  }
}
