import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { treeTotal } from './call-tree.ts';
import { decodeFlameGraph, encodeFlameGraph } from './flame-graph-levels.ts';
import { treeFromText } from './testing/drawn-tree.ts';

const EXAMPLE = 'a;b;e 1\na;c 2\na;c;d 1';

function encode(text: string, maxNodes = 0) {
  const graph = encodeFlameGraph(treeFromText(text), maxNodes);
  return { ...graph, levels: graph.levels.map((level) => Array.from(level, Number)) };
}

// These answers are Pyroscope's own.
describe('levels as Pyroscope sends them', () => {
  const cases: readonly {
    shows: string;
    text: string;
    maxNodes?: number;
    names: string[];
    levels: number[][];
    total: bigint;
    maxSelf: bigint;
  }[] = [
    {
      shows: 'names from the right-most path, x as gaps, self at the left end',
      text: EXAMPLE,
      names: ['total', 'a', 'c', 'd', 'b', 'e'],
      levels: [
        [0, 4, 0, 0],
        [0, 4, 0, 1],
        [0, 1, 0, 4, 0, 3, 2, 2],
        [0, 1, 1, 5, 2, 1, 1, 3],
      ],
      total: 4n,
      maxSelf: 2n,
    },
    {
      shows: 'what is below the threshold as one "other" at the right end',
      text: EXAMPLE,
      maxNodes: 2,
      names: ['total', 'a', 'other', 'c'],
      levels: [
        [0, 4, 0, 0],
        [0, 4, 0, 1],
        [0, 3, 2, 3, 0, 1, 1, 2],
        [2, 1, 1, 2],
      ],
      total: 4n,
      maxSelf: 2n,
    },
    {
      shows: 'nothing at all as an empty root',
      text: '',
      names: ['total'],
      levels: [[0, 0, 0, 0]],
      total: 0n,
      maxSelf: 0n,
    },
    {
      shows: 'a frame named total with the root’s name',
      text: 'total;x 3',
      names: ['total', 'x'],
      levels: [
        [0, 3, 0, 0],
        [0, 3, 0, 0],
        [0, 3, 3, 1],
      ],
      total: 3n,
      maxSelf: 3n,
    },
    {
      shows: 'a node that is named other folded, its children gone',
      text: 'a;other;x 5\na;b 1',
      names: ['total', 'a', 'other', 'b'],
      levels: [
        [0, 6, 0, 0],
        [0, 6, 0, 1],
        [0, 1, 1, 3, 0, 5, 5, 2],
      ],
      total: 6n,
      maxSelf: 5n,
    },
    {
      shows: 'several roots side by side',
      text: 'a 1\nb 2\nc 4',
      names: ['total', 'c', 'b', 'a'],
      levels: [
        [0, 7, 0, 0],
        [0, 1, 1, 3, 0, 2, 2, 2, 0, 4, 4, 1],
      ],
      total: 7n,
      maxSelf: 4n,
    },
  ];
  for (const { shows, text, maxNodes, ...expected } of cases) {
    test(shows, () => assert.deepEqual(encode(text, maxNodes), expected));
  }
});

test('wide totals are encoded exactly and by the same rules', () => {
  const one = 2n ** 60n;
  const scaled = (text: string) => text.replaceAll(/ (\d+)/g, (_, n) => ` ${BigInt(n) * one}`);
  const narrow = encodeFlameGraph(treeFromText(EXAMPLE), 2);
  const wide = encodeFlameGraph(treeFromText(scaled(EXAMPLE)), 2);
  assert.deepEqual(wide.names, narrow.names);
  assert.equal(wide.total, 4n * one);
  for (const [level, cells] of wide.levels.entries()) {
    for (let cell = 0; cell < cells.length; cell++) {
      const factor = cell % 4 === 3 ? 1n : one;
      assert.equal(BigInt(cells[cell]), BigInt(narrow.levels[level][cell]) * factor);
    }
  }
});

describe('any flame graph', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'other'), { minLength: 1, maxLength: 6 });
  const text = fc
    .array(fc.tuple(stack, fc.integer({ min: 1, max: 99 })), { maxLength: 60 })
    .map((rows) => rows.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n'));

  test('has every box inside a box of the level above, and loses nothing', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 20 }), (drawn, maxNodes) => {
        const tree = treeFromText(drawn);
        const graph = encodeFlameGraph(tree, maxNodes);
        const boxes = decodeFlameGraph(graph);
        assert.equal(graph.total, treeTotal(tree));
        assert.equal(
          boxes.reduce((sum, box) => sum + box.self, 0n),
          treeTotal(tree),
        );
        for (const box of boxes) {
          if (box.level === 0) continue;
          assert.ok(
            boxes.some(
              (above) =>
                above.level === box.level - 1 &&
                above.left + above.self <= box.left &&
                box.left + box.total <= above.left + above.total,
            ),
          );
        }
      }),
      fuzzRuns(150, 5000),
    );
  });
});

test('a total past int64 wraps, as its cells do: an answer has no room for more', () => {
  const graph = encodeFlameGraph(treeFromText(`a ${2n ** 63n - 1n}\nb ${2n ** 63n - 1n}`), 0);
  assert.equal(graph.total, -2n);
  assert.deepEqual([...graph.levels[0]], [0n, -2n, 0n, 0n]);
});
