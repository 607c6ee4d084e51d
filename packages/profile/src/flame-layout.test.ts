import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { NO_NODE, subtreeEnds } from './call-tree.ts';
import { flameRows, layOutFlameGraph, nodeAt, visibleBoxes } from './flame-layout.ts';
import { treeFromText } from './testing/drawn-tree.ts';

const EXAMPLE = 'main;serve;json 3\nmain;serve;gzip 1\nidle 4';

function draw(drawn: string): string[] {
  const tree = treeFromText(drawn);
  const boxes = layOutFlameGraph(tree);
  return Array.from(boxes.left, (left, node) => {
    const indent = '  '.repeat(boxes.depth[node]);
    const right = left + boxes.width[node];
    return `${indent}${tree.frames.name[tree.frame[node]]} ${left}..${right}`;
  });
}

test('widths are shares of the whole; children begin behind what their caller cost itself', () => {
  assert.deepEqual(draw(EXAMPLE), [
    'idle 0..0.5',
    'main 0.5..1',
    '  serve 0.5..1',
    '    gzip 0.5..0.625',
    '    json 0.625..1',
  ]);
  assert.deepEqual(draw('f 2\nf;g 2'), ['f 0..1', '  g 0.5..1']);
});

test('nothing lays out to nothing', () => {
  const boxes = layOutFlameGraph(treeFromText(''));
  assert.equal(boxes.length, 0);
  assert.equal(boxes.depthCount, 0);
  assert.equal(nodeAt(boxes, flameRows(boxes), 0, 0.5), NO_NODE);
});

test('only what is in view and wide enough is visited', () => {
  const tree = treeFromText(EXAMPLE);
  const boxes = layOutFlameGraph(tree);
  const names = (left: number, width: number, narrowest: number) =>
    visibleBoxes(boxes, subtreeEnds(tree), { left, width, narrowest }).map(
      (node) => tree.frames.name[tree.frame[node]],
    );
  assert.deepEqual(names(0, 1, 0), ['idle', 'main', 'serve', 'gzip', 'json']);
  assert.deepEqual(names(0, 1, 0.2), ['idle', 'main', 'serve', 'json']);
  assert.deepEqual(names(0, 0.5, 0), ['idle']);
  assert.deepEqual(names(0.7, 0.1, 0), ['main', 'serve', 'json']);
});

describe('the box under a pointer', () => {
  const tree = treeFromText(EXAMPLE);
  const boxes = layOutFlameGraph(tree);
  const rows = flameRows(boxes);
  const cases: readonly [depth: number, fraction: number, name: string | undefined][] = [
    [0, 0, 'idle'],
    [0, 0.49, 'idle'],
    [0, 0.5, 'main'],
    [1, 0.49, undefined],
    [2, 0.6, 'gzip'],
    [2, 0.99, 'json'],
    [2, 1, undefined],
    [3, 0.9, undefined],
    [-1, 0.5, undefined],
    [99, 0.5, undefined],
  ];
  for (const [depth, fraction, name] of cases) {
    test(`at depth ${depth} and ${fraction} is ${name ?? 'none'}`, () => {
      const node = nodeAt(boxes, rows, depth, fraction);
      assert.equal(node === NO_NODE ? undefined : tree.frames.name[tree.frame[node]], name);
    });
  }
});

test('any layout has children inside their callers, side by side', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
  const rows = fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 50 })), { maxLength: 40 });
  fc.assert(
    fc.property(rows, (drawn) => {
      const tree = treeFromText(drawn.map(([s, v]) => `${s.join(';')} ${v}`).join('\n'));
      const boxes = layOutFlameGraph(tree);
      const slack = 1e-9;
      const ends = new Map<number, number>();
      for (let node = 0; node < boxes.length; node++) {
        const caller = tree.parent[node];
        const right = boxes.left[node] + boxes.width[node];
        if (caller !== NO_NODE) {
          assert.ok(boxes.left[node] >= boxes.left[caller] - slack);
          assert.ok(right <= boxes.left[caller] + boxes.width[caller] + slack);
        }
        assert.ok(boxes.left[node] >= (ends.get(caller) ?? 0) - slack);
        ends.set(caller, right);
      }
    }),
    fuzzRuns(100, 3000),
  );
});
