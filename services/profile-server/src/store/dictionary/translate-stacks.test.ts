import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MAPPING, NO_STACK, type Symbols } from '@emberscope/profile';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createByteStringRows } from './byte-string-rows.ts';
import { createDictionary, type StackSymbols } from './dictionary.ts';
import { encodeTexts } from './encoded-texts.ts';
import { FIND_BLOCK } from './find-block.ts';
import { translateStacks } from './translate-stacks.ts';

/** Few of each, so that what is nearly the same meets often. */
const text = fc.integer({ min: 0, max: 5 });
const drawnFunction = fc.record({ name: text, systemName: text, fileName: text, startLine: text });
const drawnLocation = fc.record({
  mapping: fc.constantFrom(NO_MAPPING, 0, 1),
  address: fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 64n - 1n),
  isFolded: fc.constantFrom(0, 1),
  lines: fc.array(fc.record({ function: fc.nat(), line: text }), { maxLength: 3 }),
});
const drawnStack = fc.record({ parent: fc.nat(), location: fc.nat() });
const drawnSymbols = fc
  .record({
    texts: fc.array(fc.constantFrom('', 'a', 'b', 'serve', 'servé', 'server'), {
      minLength: 5,
      maxLength: 5,
    }),
    functions: fc.array(drawnFunction, { minLength: 1, maxLength: 8 }),
    locations: fc.array(drawnLocation, { minLength: 1, maxLength: 10 }),
    stacks: fc.array(drawnStack, { minLength: 1, maxLength: 20 }),
  })
  .map(({ texts, functions, locations, stacks }): StackSymbols => {
    const lines = locations.flatMap((location) => location.lines);
    const lineStart = new Int32Array(locations.length + 1);
    for (const [row, { lines: own }] of locations.entries()) {
      lineStart[row + 1] = (lineStart[row] ?? 0) + own.length;
    }
    const symbols: Symbols = {
      strings: ['', ...texts],
      functions: {
        length: functions.length,
        name: Int32Array.from(functions, ({ name }) => name),
        systemName: Int32Array.from(functions, ({ systemName }) => systemName),
        fileName: Int32Array.from(functions, ({ fileName }) => fileName),
        startLine: Int32Array.from(functions, ({ startLine }) => startLine),
      },
      mappings: {
        length: 2,
        memoryStart: BigUint64Array.of(0n, 1n),
        memoryLimit: BigUint64Array.of(5n, 6n),
        fileOffset: BigUint64Array.of(0n, 0n),
        fileName: Int32Array.of(1, 2),
        buildId: Int32Array.of(0, 3),
        has: Uint8Array.of(0, 1),
      },
      locations: {
        length: locations.length,
        mapping: Int32Array.from(locations, ({ mapping }) => mapping),
        address: BigUint64Array.from(locations, ({ address }) => address),
        isFolded: Uint8Array.from(locations, ({ isFolded }) => isFolded),
        lineStart,
        lineFunction: Int32Array.from(lines, (line) => line.function % functions.length),
        lineNumber: Int32Array.from(lines, ({ line }) => line),
      },
    };
    return {
      symbols,
      stacks: {
        length: stacks.length,
        parent: Int32Array.from(stacks, ({ parent }, row) => (parent % (row + 1)) - 1),
        location: Int32Array.from(stacks, ({ location }) => location % locations.length),
      },
    };
  });

test('stacks found by bytes and by level get the rows that they get by value', () => {
  fc.assert(
    fc.property(
      fc.array(drawnSymbols, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (profiles, picks) => {
        const byValue = createDictionary();
        const byBytes = createDictionary(createByteStringRows());
        for (const profile of [...profiles, ...profiles]) {
          const texts = encodeTexts(profile.symbols.strings);
          const expected = translateStacks(profile, byValue);
          const actual = translateStacks(profile, byBytes, texts);
          if ((picks.next().value ?? 0) % 2 === 0) {
            const marks = Uint8Array.from(
              profile.stacks.parent,
              () => (picks.next().value ?? 0) % 2,
            );
            actual.moveMarked(marks);
            // In the same order, one by one. Callers have been marked by now.
            for (const [row, mark] of marks.entries()) if (mark !== 0) expected.stackOf(row);
          }
          for (let i = 0; i < profile.stacks.length; i++) {
            const stack = (picks.next().value ?? 0) % profile.stacks.length;
            assert.equal(actual.stackOf(stack), expected.stackOf(stack));
            assertSame(byBytes.view(), byValue.view());
          }
          assert.equal(actual.stackOf(NO_STACK), NO_STACK);
        }
      },
    ),
    fuzzRuns(150, 5000),
  );
});

test('more stacks than a block on one caller, and more levels than stacks of one', () => {
  const count = 3 * FIND_BLOCK + 1;
  const locations = Array.from(
    { length: count },
    (_, row): OneLocation => ({ ...FIRST, lines: [[row % 2, row]] }),
  );
  const { symbols, stacks } = rootsOf(locations);
  for (const parentOf of [
    (row: number) => (row === 0 ? NO_STACK : 0),
    (row: number) => row - 1,
    (row: number) => ((row * 7) % (row + 1)) - 1,
  ]) {
    const parent = stacks.parent.map((_, row) => parentOf(row));
    const profile: StackSymbols = { symbols, stacks: { ...stacks, parent } };
    const dictionary = createDictionary(createByteStringRows());
    const oneByOne = createDictionary();
    const texts = encodeTexts(symbols.strings);
    const wanted = (share: number) => parent.map((_, row) => Number(row % share === 0));
    for (const share of [2, 1, 1]) {
      const marks = Uint8Array.from(wanted(share));
      const moved = translateStacks(profile, dictionary, texts);
      moved.moveMarked(marks);
      const expected = translateStacks(profile, oneByOne);
      for (const [row, mark] of marks.entries()) {
        if (mark !== 0) assert.equal(moved.stackOf(row), expected.stackOf(row));
      }
      assertSame(dictionary.view(), oneByOne.view());
    }
  }
});

type OneLocation = {
  readonly mapping: number;
  readonly address: bigint;
  readonly isFolded: number;
  readonly lines: readonly (readonly [callee: number, number: number])[];
};

const FIRST: OneLocation = { mapping: 0, address: 1n, isFolded: 0, lines: [[0, 7]] };
const OTHERS: readonly OneLocation[] = [
  { ...FIRST, mapping: 1 },
  { ...FIRST, mapping: NO_MAPPING },
  { ...FIRST, address: 2n },
  { ...FIRST, address: 2n ** 32n + 1n },
  { ...FIRST, isFolded: 1 },
  { ...FIRST, lines: [[1, 7]] },
  { ...FIRST, lines: [[0, 8]] },
  {
    ...FIRST,
    lines: [
      [0, 7],
      [1, 7],
    ],
  },
  { ...FIRST, lines: [] },
];

test('a location that differs in one thing from the first on its caller is another', () => {
  for (const other of OTHERS) {
    const dictionary = createDictionary(createByteStringRows());
    const rowsOf = (...locations: readonly OneLocation[]): readonly number[] => {
      const from = rootsOf(locations);
      const texts = encodeTexts(from.symbols.strings);
      const translation = translateStacks(from, dictionary, texts);
      translation.moveMarked(new Uint8Array(locations.length).fill(1));
      return locations.map((_, row) => translation.stackOf(row));
    };
    // Both functions are known, so that nothing but the location is new.
    const [first] = rowsOf(FIRST, { ...FIRST, lines: [[1, 1]] });
    assert.deepEqual(rowsOf(FIRST), [first]);
    const [second] = rowsOf(other);
    assert.notEqual(second, first);
    assert.deepEqual(rowsOf(other, FIRST), [second, first]);
  }
});

/** Stacks of one location each. */
function rootsOf(given: readonly OneLocation[]): StackSymbols {
  const lines = given.flatMap((location) => location.lines);
  let end = 0;
  return {
    symbols: {
      strings: ['', 'serve', 'json', 'a.so', 'b.so'],
      functions: {
        length: 2,
        name: Int32Array.of(1, 2),
        systemName: Int32Array.of(1, 2),
        fileName: Int32Array.of(0, 0),
        startLine: Int32Array.of(0, 0),
      },
      mappings: {
        length: 2,
        memoryStart: BigUint64Array.of(0n, 0n),
        memoryLimit: BigUint64Array.of(5n, 5n),
        fileOffset: BigUint64Array.of(0n, 0n),
        fileName: Int32Array.of(3, 4),
        buildId: Int32Array.of(0, 0),
        has: Uint8Array.of(0, 0),
      },
      locations: {
        length: given.length,
        mapping: Int32Array.from(given, ({ mapping }) => mapping),
        address: BigUint64Array.from(given, ({ address }) => address),
        isFolded: Uint8Array.from(given, ({ isFolded }) => isFolded),
        lineStart: Int32Array.of(0, ...given.map((of) => (end += of.lines.length))),
        lineFunction: Int32Array.from(lines, ([callee]) => callee),
        lineNumber: Int32Array.from(lines, ([, number]) => number),
      },
    },
    stacks: {
      length: given.length,
      parent: new Int32Array(given.length).fill(NO_STACK),
      location: Int32Array.from(given, (_, row) => row),
    },
  };
}

/** Rows may differ in their order, since blocks ask in another order: what they say may not. */
function assertSame(actual: StackSymbols, expected: StackSymbols): void {
  assert.deepEqual(spelled(actual), spelled(expected));
}

function spelled({ symbols, stacks }: StackSymbols): unknown {
  const { strings, functions, mappings, locations } = symbols;
  const functionOf = (row: number) => [
    strings[functions.name[row] ?? 0],
    strings[functions.systemName[row] ?? 0],
    strings[functions.fileName[row] ?? 0],
    functions.startLine[row],
  ];
  const mappingOf = (row: number) => [
    mappings.memoryStart[row],
    strings[mappings.fileName[row] ?? 0],
    strings[mappings.buildId[row] ?? 0],
  ];
  return {
    strings: [...strings].sort(),
    stacks: Array.from({ length: stacks.length }, (_, row) => {
      const at = stacks.location[row] ?? 0;
      const start = locations.lineStart[at] ?? 0;
      const end = locations.lineStart[at + 1] ?? 0;
      return {
        parent: stacks.parent[row],
        location: at,
        mapping: mappingOf(locations.mapping[at] ?? 0),
        address: locations.address[at],
        isFolded: locations.isFolded[at],
        lines: Array.from({ length: end - start }, (_, i) => [
          functionOf(locations.lineFunction[start + i] ?? 0),
          locations.lineNumber[start + i],
        ]),
      };
    }),
  };
}
