import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_STACK } from '@emberscope/profile';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { StackTree } from './stack-tree.ts';

describe('a tree of stacks', () => {
  const tree = new StackTree();

  test('numbers stacks in order of arrival, and knows them again', () => {
    const stacks = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 8 }), { maxLength: 40 });
    fc.assert(
      fc.property(stacks, (paths) => {
        tree.clear();
        const rows = new Map<string, number>();
        for (const path of paths) {
          let stack = NO_STACK;
          for (const location of path) {
            const key = `${stack} ${location}`;
            const row = rows.get(key) ?? rows.size;
            rows.set(key, row);
            assert.equal(tree.push(stack, location), row);
            assert.equal(tree.parents.cells[row], stack);
            assert.equal(tree.locations.cells[row], location);
            stack = row;
          }
        }
        assert.equal(tree.length, rows.size);
      }),
      fuzzRuns(300, 20_000),
    );
  });

  test('takes one stack with thousands of callees, and thousands with one each', () => {
    for (const isDeep of [false, true]) {
      tree.clear();
      for (let round = 0; round < 2; round++) {
        let stack = NO_STACK;
        for (let i = 0; i < 300_000; i++) {
          const row = tree.push(isDeep ? stack : NO_STACK, i);
          assert.ok(row === i);
          stack = row;
        }
      }
    }
  });
});
