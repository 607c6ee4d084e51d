import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { createStackInterner } from './stack-interner.ts';
import { locationsOfStack, NO_STACK, pushStacks } from './stack-table.ts';

test('shared callers share rows, in the order in which they came', () => {
  const interner = createStackInterner();
  const json = interner.intern([0, 1, 2]);
  const gzip = interner.intern([0, 1, 3]);
  const stacks = interner.finish();
  assert.deepEqual([json, gzip], [2, 3]);
  assert.deepEqual([...stacks.parent], [-1, 0, 1, 1]);
  assert.deepEqual([...stacks.location], [0, 1, 2, 3]);
});

test('an empty stack is no stack', () => {
  assert.equal(createStackInterner().intern([]), NO_STACK);
});

test('a finished table does not see what is interned later', () => {
  const interner = createStackInterner();
  interner.intern([7]);
  const before = interner.finish();
  interner.intern([7, 8]);
  assert.equal(before.length, 1);
  assert.equal(interner.finish().length, 2);
});

test('stacks of one table in another, under other locations', () => {
  const source = createStackInterner();
  source.intern([0, 1, 2]);
  source.intern([0, 3]);
  const target = createStackInterner();
  target.intern([10]);
  // 1 and 3 are one location there.
  const pushed = pushStacks(source.finish(), target, (location) => 10 + (location % 2));
  const stacks = target.finish();
  assert.deepEqual(
    [...pushed].map((row) => locationsOfStack(stacks, row)),
    [[10], [10, 11], [10, 11, 10], [10, 11]],
  );
  assert.equal(stacks.length, 3);
});

describe('any stacks', () => {
  const stack = fc.array(fc.nat({ max: 5 }), { maxLength: 12 });

  test('come back as they went in, equal ones as one row, parents before children', () => {
    fc.assert(
      fc.property(fc.array(stack, { maxLength: 200 }), (drawn) => {
        const interner = createStackInterner();
        const rows = drawn.map((locations) => interner.intern(locations));
        const stacks = interner.finish();
        const rowByText = new Map<string, number>();
        for (const [i, locations] of drawn.entries()) {
          assert.deepEqual(locationsOfStack(stacks, rows[i]), locations);
          const text = locations.join();
          assert.equal(rowByText.get(text) ?? rows[i], rows[i]);
          rowByText.set(text, rows[i]);
        }
        for (let row = 0; row < stacks.length; row++) assert.ok(stacks.parent[row] < row);
        const prefixes = drawn.flatMap((s) => s.map((_, end) => s.slice(0, end + 1).join()));
        assert.equal(stacks.length, new Set(prefixes).size);
      }),
      fuzzRuns(100, 3000),
    );
  });
});
