import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MAPPING, NO_STACK, type Symbols } from '@emberscope/profile';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createByteStringRows } from './byte-string-rows.ts';
import { createDictionary, type StackSymbols } from './dictionary.ts';
import { encodeTexts } from './encoded-texts.ts';
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

test('stacks found by bytes and by guess get the rows that they get by value', () => {
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
            actual.moveMarked(marks.slice());
            expected.moveMarked(marks);
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

/** Rows may differ in their order, since a guess asks in another order: what they say may not. */
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
