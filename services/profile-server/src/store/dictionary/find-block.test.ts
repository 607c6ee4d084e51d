import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FunctionTable, type LocationTable, NO_MAPPING } from '@emberscope/profile';
import { NOT_FOUND } from './find-block.ts';
import { createFunctionRows } from './function-rows.ts';
import { createLocationRows } from './location-rows.ts';

/** Half of what is looked for is there, enough that many of the others meet a row in their slot. */
const COUNT = 1000;
const numbers = Int32Array.from({ length: COUNT }, (_, i) => i);
const expected = Array.from(numbers, (i) => (i % 2 === 0 ? i / 2 : NOT_FOUND));

const FIELDS = ['name', 'systemName', 'fileName', 'startLine'] as const;

test('functions that differ in one field alone are told apart', () => {
  for (const field of FIELDS) {
    const rows = createFunctionRows();
    const of = (i: number) => FIELDS.map((each) => (each === field ? i : 1)) as FieldValues;
    for (let i = 0; i < COUNT; i += 2) rows.intern(...of(i));
    const same = new Int32Array(COUNT).fill(1);
    const table: FunctionTable = {
      ...{ length: COUNT, name: same, systemName: same, fileName: same, startLine: same },
      [field]: numbers,
    };
    const found = new Int32Array(COUNT);
    rows.find(table, numbers, found);
    assert.deepEqual([...found], expected, field);
  }
});

type FieldValues = [name: number, systemName: number, fileName: number, startLine: number];

test('locations that differ in one number of a line alone are told apart', () => {
  for (const line of [0, 1, 2]) {
    for (const cell of ['function', 'number'] as const) {
      const cells = (i: number, of: typeof cell) =>
        [0, 1, 2].map((own) => (own === line && of === cell ? i : 1));
      const rows = createLocationRows();
      for (let i = 0; i < COUNT; i += 2) {
        const [functions, lineNumbers] = [cells(i, 'function'), cells(i, 'number')];
        rows.intern(NO_MAPPING, 0, 0, 0, { functions, lineNumbers, start: 0, end: 3 });
      }
      const table: LocationTable = {
        length: COUNT,
        mapping: new Int32Array(COUNT).fill(NO_MAPPING),
        address: new BigUint64Array(COUNT),
        isFolded: new Uint8Array(COUNT),
        lineStart: Int32Array.from({ length: COUNT + 1 }, (_, i) => 3 * i),
        lineFunction: Int32Array.from([...numbers].flatMap((i) => cells(i, 'function'))),
        lineNumber: Int32Array.from([...numbers].flatMap((i) => cells(i, 'number'))),
      };
      const found = new Int32Array(COUNT);
      rows.find(table, new Int32Array(0), numbers, found);
      assert.deepEqual([...found], expected, `${cell} of line ${line}`);
    }
  }
});
