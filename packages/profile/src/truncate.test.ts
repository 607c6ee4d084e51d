import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { foldStacks, treeTotal } from './call-tree.ts';
import { profileFromText } from './drawn-profile.ts';
import { framesByFunction } from './frame-table.ts';
import { selfByStack } from './stack-values.ts';
import { drawTree, treeFromText } from './testing/drawn-tree.ts';
import { thresholdStepByStep, truncateCallTree, truncationThreshold } from './truncate.ts';

const EXAMPLE = 'a;b;e 1\na;c 2\na;c;d 1';

describe('the threshold', () => {
  const cases: readonly [shows: string, text: string, maxNodes: number, threshold: number][] = [
    ['no limit keeps all', EXAMPLE, 0, 0],
    ['a negative limit is none', EXAMPLE, -1, 0],
    ['a tree that fits keeps all', EXAMPLE, 5, 0],
    ['the smallest of the largest', EXAMPLE, 2, 3],
    ['one node: the largest', EXAMPLE, 1, 4],
    ['what lies below a node that is passed over does not count', 'z 5\na 1\na;b 1\na;b;c 1', 1, 5],
    ['ties stay', 'a 2\nb 2\nc 2', 1, 2],
  ];
  for (const [shows, text, maxNodes, threshold] of cases) {
    test(shows, () => {
      assert.equal(Number(truncationThreshold(treeFromText(text), maxNodes)), threshold);
    });
  }
});

test('the threshold of any tree is the one that the rule comes to step by step', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'z'), { minLength: 1, maxLength: 6 });
  const rows = fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 5 })), { maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 30 }), (drawn, maxNodes) => {
      const tree = treeFromText(drawn.map(([s, v]) => `${s.join(';')} ${v}`).join('\n'));
      fc.pre(tree.length > maxNodes);
      assert.equal(truncationThreshold(tree, maxNodes), thresholdStepByStep(tree, maxNodes));
    }),
    fuzzRuns(200, 10_000),
  );
});

test('what is folded becomes "other" in its place among the siblings', () => {
  assert.deepEqual(drawTree(truncateCallTree(treeFromText('a;b 1\na;z 9\na;c;d 1'), 2)), [
    'a self=0 total=11',
    'a;other self=2 total=2',
    'a;z self=9 total=9',
  ]);
});

test('what is folded beside a kept "other" is lost, unless that one is a function with a file', () => {
  const drawn = 'a;other@x.ts:3 9\na;b 1\na;c 1';
  assert.deepEqual(drawTree(truncateCallTree(treeFromText(drawn), 2)), [
    'a self=0 total=9',
    'a;other self=9 total=9',
  ]);
  const { stacks, symbols, samples } = profileFromText(drawn);
  const self = selfByStack(stacks, samples.stack, samples.values[0]);
  const { tree } = foldStacks(stacks, symbols.locations, self, framesByFunction(symbols));
  assert.deepEqual(drawTree(truncateCallTree(tree, 2)), [
    'a self=0 total=11',
    'a;other self=2 total=2',
    'a;other self=9 total=9',
  ]);
});

test('a tree that fits comes back itself', () => {
  const tree = treeFromText(EXAMPLE);
  assert.equal(truncateCallTree(tree, 100), tree);
});

test('any truncation without frames named other keeps the total and every node that stays', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'z'), { minLength: 1, maxLength: 6 });
  const rows = fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 50 })), { maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 12 }), (drawn, maxNodes) => {
      const tree = treeFromText(drawn.map(([s, v]) => `${s.join(';')} ${v}`).join('\n'));
      const cut = truncateCallTree(tree, maxNodes);
      assert.equal(treeTotal(cut), treeTotal(tree));
      const all = new Set(drawTree(tree));
      const kept = drawTree(cut).filter((line) => !/(^|;)other self/.test(line));
      for (const line of kept) assert.ok(all.has(line), line);
      assert.ok(kept.length >= Math.min(maxNodes, tree.length));
    }),
    fuzzRuns(150, 5000),
  );
});
