import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { alignCallTrees, mergeCallTrees } from './align-call-trees.ts';
import { drawTree, treeFromText } from './testing/drawn-tree.ts';

test('a path is there once, with the values of each tree that has it', () => {
  const trees = alignCallTrees([treeFromText('a;b 1\na;c 2'), treeFromText('a;c 5\nd 7')]);
  const drawn = Array.from(trees.frame, (frame, node) => [
    trees.frames.name[frame],
    trees.parent[node],
    ...trees.values.map((values) => values.total[node]),
  ]);
  assert.deepEqual(drawn, [
    ['a', -1, 3, 5],
    ['b', 0, 1, 0],
    ['c', 0, 2, 5],
    ['d', -1, 0, 7],
  ]);
});

test('no trees merge to an empty tree', () => {
  assert.equal(mergeCallTrees([]).length, 0);
});

test('a narrow and a wide tree merge exactly', () => {
  const large = 2n ** 60n;
  assert.deepEqual(
    drawTree(mergeCallTrees([treeFromText(`a;b ${large}`), treeFromText('a;b 1')])),
    [`a self=0 total=${large + 1n}`, `a;b self=${large + 1n} total=${large + 1n}`],
  );
});

test('any trees merge to the tree of all their samples', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
  const text = fc
    .array(fc.tuple(stack, fc.integer({ min: 1, max: 50 })), { maxLength: 15 })
    .map((rows) => rows.map(([s, v]) => `${s.join(';')} ${v}`).join('\n'));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
      assert.deepEqual(
        drawTree(mergeCallTrees(texts.map(treeFromText))),
        drawTree(treeFromText(texts.join('\n'))),
      );
    }),
    fuzzRuns(100, 3000),
  );
});
