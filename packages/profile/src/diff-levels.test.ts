import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeDiff } from './diff-levels.ts';
import { int64At } from './int64-column.ts';
import { treeFromText } from './testing/drawn-tree.ts';

function diff(left: string, right: string, maxNodes = 0) {
  const levels = encodeDiff(treeFromText(left), treeFromText(right), maxNodes);
  return { ...levels, levels: levels.levels.map((level) => Array.from(level, Number)) };
}

const LEFT = 'a;b 1\na;c 2\na;e 3';
const RIGHT = 'a;b 4\na;d 8\na;e 12';

// These answers are Pyroscope's own.
describe('a diff as Pyroscope sends it', () => {
  test('lays both sides over one another, zero where a side lacks the path', () => {
    assert.deepEqual(diff(LEFT, RIGHT), {
      names: ['total', 'a', 'e', 'd', 'c', 'b'],
      levels: [
        [0, 6, 0, 0, 24, 0, 0],
        [0, 6, 0, 0, 24, 0, 1],
        [0, 1, 1, 0, 4, 4, 5, 0, 2, 2, 0, 0, 0, 4, 0, 0, 0, 0, 8, 8, 3, 0, 3, 3, 0, 12, 12, 2],
      ],
      total: 30n,
      maxSelf: 12n,
      leftTotal: 6n,
      rightTotal: 24n,
    });
  });

  test('of nothing and nothing is an empty root', () => {
    assert.deepEqual(diff('', ''), {
      names: ['total'],
      levels: [[0, 0, 0, 0, 0, 0, 0]],
      total: 0n,
      maxSelf: 0n,
      leftTotal: 0n,
      rightTotal: 0n,
    });
  });
});

test('a node stays when one side reaches the threshold; the rest is "other", right-most', () => {
  // Sizes: root 24, a 24, e 12, d 8, b 4, c 2. The four largest end at 8.
  assert.deepEqual(diff(LEFT, RIGHT, 4), {
    names: ['total', 'a', 'other', 'e', 'd'],
    levels: [
      [0, 6, 0, 0, 24, 0, 0],
      [0, 6, 0, 0, 24, 0, 1],
      [0, 0, 0, 0, 8, 8, 4, 0, 3, 3, 0, 12, 12, 3, 0, 3, 3, 0, 4, 4, 2],
    ],
    total: 30n,
    maxSelf: 12n,
    leftTotal: 6n,
    rightTotal: 24n,
  });
});

test('a node that is really named other stays by itself', () => {
  const { names, levels } = diff('a;other;x 9\na;b 1', 'a;other;x 9\na;c 1', 4);
  assert.deepEqual(names, ['total', 'a', 'other', 'x']);
  assert.deepEqual(levels[2], [0, 9, 0, 0, 9, 0, 2, 0, 1, 1, 0, 1, 1, 2]);
});

for (const maxNodes of [0, 4]) {
  test(`values that no double holds are exact, and otherwise the same: ${maxNodes} nodes`, () => {
    const factor = 2n ** 54n + 1n;
    const scaled = (text: string) =>
      treeFromText(text.replace(/\d+$/gm, (value) => `${BigInt(value) * factor}`));
    const small = encodeDiff(treeFromText(LEFT), treeFromText(RIGHT), maxNodes);
    const large = encodeDiff(scaled(LEFT), scaled(RIGHT), maxNodes);
    assert.deepEqual(large.names, small.names);
    assert.deepEqual(
      large.levels.map((cells) => cells.join(' ')),
      small.levels.map((cells) =>
        Array.from(cells.keys(), (i) => int64At(cells, i) * (i % 7 === 6 ? 1n : factor)).join(' '),
      ),
    );
    assert.deepEqual(
      [large.total, large.maxSelf, large.leftTotal, large.rightTotal],
      [30n * factor, 12n * factor, 6n * factor, 24n * factor],
    );
  });
}

test('totals past int64 wrap, as their cells do: an answer has no room for more', () => {
  const most = `a ${2n ** 63n - 1n}\nb ${2n ** 63n - 1n}`;
  const { total, leftTotal, rightTotal } = diff(most, most);
  assert.deepEqual([total, leftTotal, rightTotal], [-4n, -2n, -2n]);
});
