import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import { compareUtf8 } from '@emberscope/units';
import fc from 'fast-check';
import { foldStacks, framesToNode, NO_NODE, subtreeEnds, treeTotal } from './call-tree.ts';
import { profileFromText } from './drawn-profile.ts';
import { framesByFunction, framesByName } from './frame-table.ts';
import { isWide } from './int64-column.ts';
import { selfByStack } from './stack-values.ts';
import { drawTree, treeFromText } from './testing/drawn-tree.ts';

test('shared callers are one node and totals roll up to the root', () => {
  const tree = treeFromText(`
    main;serve;json 3
    main;serve;gzip 1
    main;serve      2
    main;gc         4
  `);
  assert.deepEqual(drawTree(tree), [
    'main self=0 total=10',
    'main;gc self=4 total=4',
    'main;serve self=2 total=6',
    'main;serve;gzip self=1 total=1',
    'main;serve;json self=3 total=3',
  ]);
  assert.equal(treeTotal(tree), 10n);
});

test('siblings stand in the order of their UTF-8 bytes, not of their UTF-16 units', () => {
  const tree = treeFromText('a\u{1f525} 1\na\uff5e 1\nab 1\na 1');
  assert.deepEqual(
    tree.frames.name.map((_, i) => tree.frames.name[tree.frame[i]]),
    ['a', 'ab', 'a\uff5e', 'a\u{1f525}'],
  );
});

test('the lines of an inlined location are nodes, outermost first', () => {
  assert.deepEqual(drawTree(treeFromText('main;outer|inner 5')), [
    'main self=0 total=5',
    'main;outer self=0 total=5',
    'main;outer;inner self=5 total=5',
  ]);
});

test('a location without a name is no node; its value goes to the caller that has one', () => {
  assert.deepEqual(drawTree(treeFromText('main;0x1f;leaf 2\nmain;0x2f 1')), [
    'main self=1 total=3',
    'main;leaf self=2 total=2',
  ]);
});

test('a stack without any name is not in the tree but in the unnamed sum', () => {
  const { stacks, symbols, samples } = profileFromText('0x1f;0x2f 7\nmain 1');
  const self = selfByStack(stacks, samples.stack, samples.values[0]);
  const { tree, unnamed } = foldStacks(stacks, symbols.locations, self, framesByName(symbols));
  assert.deepEqual(drawTree(tree), ['main self=1 total=1']);
  assert.equal(unnamed, 7n);
});

test('stacks without a positive value make no nodes', () => {
  assert.deepEqual(drawTree(treeFromText('main;a 0\nmain;b -3\nmain;c 2\nc;d 1\nc;d -1')), [
    'main self=0 total=2',
    'main;c self=2 total=2',
  ]);
});

test('recursion is one node a call', () => {
  assert.deepEqual(drawTree(treeFromText('f;f;f 1\nf 1')), [
    'f self=1 total=2',
    'f;f self=0 total=1',
    'f;f;f self=1 total=1',
  ]);
});

test('totals past 2^53 are exact', () => {
  const large = 2n ** 61n;
  const tree = treeFromText(`a;b ${large}\na;c ${large - 1n}\na 1`);
  assert.ok(isWide(tree.total));
  assert.deepEqual(drawTree(tree), [
    `a self=1 total=${2n * large}`,
    `a;b self=${large} total=${large}`,
    `a;c self=${large - 1n} total=${large - 1n}`,
  ]);
});

test('many small values whose sum passes 2^53 are exact', () => {
  const big = 2n ** 53n - 1n;
  const tree = treeFromText(`a;b ${big}\na;c ${big}\na;d 1`);
  assert.equal(treeTotal(tree), 2n * big + 1n);
  assert.equal(tree.total[0], 2n * big + 1n);
});

test('by function, the same name in two files is two frames, and the agent’s spelling is split', () => {
  const { stacks, symbols, samples } = profileFromText('f@a.ts:3:9 1\nf@b.ts:3:9 2\nf@a.ts:3:11 4');
  const self = selfByStack(stacks, samples.stack, samples.values[0]);
  const { tree } = foldStacks(stacks, symbols.locations, self, framesByFunction(symbols));
  assert.deepEqual(
    Array.from(tree.frame, (frame, node) => [
      tree.frames.file[frame],
      tree.frames.line[frame],
      tree.total[node],
    ]),
    [
      ['a.ts', 3, 5],
      ['b.ts', 3, 2],
    ],
  );
});

describe('any tree', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 });
  const sample = fc.tuple(stack, fc.integer({ min: -2, max: 9 }));
  const samples = fc.array(sample, { maxLength: 40 });

  test('keeps its invariants and equals the sums over its samples', () => {
    fc.assert(
      fc.property(samples, (rows) => {
        const tree = treeFromText(rows.map(([s, v]) => `${s.join(';')} ${v}`).join('\n'));
        const ends = subtreeEnds(tree);
        const expected = new Map<string, number>();
        const byStack = new Map<string, number>();
        for (const [s, v] of rows) byStack.set(s.join(';'), (byStack.get(s.join(';')) ?? 0) + v);
        for (const [path, value] of byStack) if (value > 0) expected.set(path, value);

        for (let node = 0; node < tree.length; node++) {
          const path = framesToNode(tree, node).map((frame) => tree.frames.name[frame]);
          const below = [...expected].filter(([p]) => `${p};`.startsWith(`${path.join(';')};`));
          assert.equal(tree.self[node], expected.get(path.join(';')) ?? 0);
          assert.equal(
            tree.total[node],
            below.reduce((sum, [, v]) => sum + v, 0),
          );
          assert.ok(tree.parent[node] < node);
          const next = ends[node];
          if (next < tree.length && tree.parent[next] === tree.parent[node]) {
            const [a, b] = [node, next].map((row) => tree.frames.name[tree.frame[row]]);
            assert.ok(compareUtf8(a, b) < 0);
          }
          for (let row = node + 1; row < next; row++) assert.ok(tree.parent[row] >= node);
          if (next < tree.length)
            assert.ok(tree.parent[next] < node || tree.parent[next] === NO_NODE);
        }
      }),
      fuzzRuns(150, 5000),
    );
  });
});
