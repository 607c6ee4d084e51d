import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CallTree,
  foldStacks,
  framesByName,
  int64At,
  NO_NODE,
  profileFromText,
  selfByStack,
  treeTotal,
} from '@emberscope/profile';
import fc from 'fast-check';
import { cutTree } from './cut-tree.ts';

function treeOf(drawn: string): CallTree {
  const { symbols, stacks, samples } = profileFromText(drawn);
  const self = selfByStack(stacks, samples.stack, samples.values[0] ?? new Float64Array(0));
  return foldStacks(stacks, symbols.locations, self, framesByName(symbols)).tree;
}

const sample = fc.tuple(
  fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 5 }),
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(2 ** 53 - 1)),
);

test('a tree is never larger than asked for, and nothing is lost from its sums', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      (samples, max) => {
        const tree = treeOf(
          samples.map(([path, value]) => `${path.join(';')} ${value}`).join('\n'),
        );
        const { tree: cut, otherTotal } = cutTree(tree, max);
        assert.ok(cut.length <= max);
        assert.equal(cut.length, Math.min(max, tree.length), 'there was room for more');
        assert.equal(treeTotal(cut) + otherTotal, treeTotal(tree));
        for (let node = 0; node < cut.length; node++) {
          const caller = cut.parent[node] ?? NO_NODE;
          assert.ok(caller < node);
          if (caller !== NO_NODE) assert.ok(int64At(cut.total, caller) >= int64At(cut.total, node));
        }
      },
    ),
  );
});

test('of equal nodes those stay that stand first', () => {
  const { tree, otherTotal } = cutTree(treeOf('m;a 1\nm;b 1\nm;c 1'), 3);
  assert.deepEqual(
    Array.from(tree.frame, (frame) => tree.frames.name[frame]),
    ['m', 'a', 'b'],
  );
  assert.equal(otherTotal, 1n);
});
