import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createUvarintWriter } from '@emberscope/profile';
import { cpuMillisOf, fuzzParser, fuzzRuns, reasonOf } from '@emberscope/test-kit';
import fc from 'fast-check';
import { NODES_MAX_DEPTH } from './nested-nodes.ts';
import { readTree } from './read-tree.ts';
import { readTrie } from './read-trie.ts';
import { drawRead, refusal, treeFromText } from './testing/draw-profile.ts';
import { writeTree } from './write-tree.ts';
import { writeTrie } from './write-trie.ts';

/** A node as a person writes it: name, value, children. */
type Drawn = readonly [name: string, value: number, children: readonly Drawn[]];

/** An independent writer: what the format says, and nothing of the code under test. */
function stream([name, value, children]: Drawn): number[] {
  const varint = (n: number): number[] =>
    n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))];
  const bytes = [...Buffer.from(name)];
  return [
    ...varint(bytes.length),
    ...bytes,
    ...varint(value),
    ...varint(children.length),
    ...children.flatMap(stream),
  ];
}

const bytesOf = (drawn: Drawn): Uint8Array => Uint8Array.from(stream(drawn));

describe('a trie joins pieces of names', () => {
  const cases: readonly [shows: string, drawn: Drawn, stacks: string[]][] = [
    [
      'pieces that end at a name, and within one',
      [
        '',
        0,
        [
          [
            'a;',
            0,
            [
              ['b', 3, []],
              ['c', 4, [['d;e', 5, []]]],
            ],
          ],
          ['z', 1, []],
        ],
      ],
      ['a;b 3', 'a;c 4', 'a;cd;e 5', 'z 1'],
    ],
    [
      'equal keys add up',
      [
        '',
        0,
        [
          ['a', 1, []],
          ['a', 2, []],
        ],
      ],
      ['a 3'],
    ],
    ['nothing', ['', 0, []], []],
    ['a large value', ['', 0, [['a', 300, []]]], ['a 300']],
  ];
  for (const [shows, drawn, stacks] of cases) {
    test(shows, () => assert.deepEqual(drawRead(readTrie(bytesOf(drawn))), stacks));
  }
});

describe('pieces of a trie are bytes', () => {
  const trie = (
    ...nodes: readonly (readonly [piece: readonly number[], value: number, children: number])[]
  ) =>
    Uint8Array.from(
      [[[], 0, 1] as const, ...nodes].flatMap(([piece, value, children]) => [
        piece.length,
        ...piece,
        value,
        children,
      ]),
    );

  test('a piece may end within a character', () => {
    // "é" and "è" have their first byte in common.
    const bytes = trie([[0x61, 0x3b, 0xc3], 0, 2], [[0xa9], 3, 0], [[0xa8], 4, 0]);
    assert.deepEqual(drawRead(readTrie(bytes)), ['a;è 4', 'a;é 3']);
  });
  test('a byte order mark is a character', () => {
    assert.deepEqual(drawRead(readTrie(trie([[0xef, 0xbb, 0xbf, 0x61], 1, 0]))), ['\ufeffa 1']);
  });
});

/** A trie of one piece and children below it that add a letter each. */
function prefixed(prefix: string, childCount: number): Uint8Array {
  const writer = createUvarintWriter();
  const node = (name: string, value: bigint, children: number): void => {
    writer.uvarint(BigInt(name.length));
    writer.bytes(new TextEncoder().encode(name));
    writer.uvarint(value);
    writer.uvarint(BigInt(children));
  };
  node('', 0n, 1);
  node(prefix, 0n, childCount);
  for (let i = 0; i < childCount; i++) node(`${i}`, 1n, 0);
  return writer.finish();
}

describe('a few bytes of a trie make no large profile', () => {
  test('many leaves below a long stack', { timeout: 20_000 }, () => {
    const bytes = prefixed('a;'.repeat(15_000), 2000);
    const cpuMillis = cpuMillisOf(() => {
      const read = readTrie(bytes);
      assert.ok(read.ok);
      assert.equal(read.profile.stacks.length, 17_000);
      assert.equal(read.profile.samples.length, 2000);
    });
    assert.ok(cpuMillis < 1500, `${cpuMillis} ms`);
  });
  test('many leaves that go on from a long name', () => {
    const read = readTrie(prefixed('a'.repeat(50_000), 2000));
    assert.match(refusal(read), /the names of the trie are \d+ bytes; the limit is 16777216/);
  });
});

describe('a tree has a frame a node', () => {
  const cases: readonly [shows: string, drawn: Drawn, stacks: string[]][] = [
    [
      'with values of its own',
      [
        '',
        0,
        [
          [
            'a',
            1,
            [
              ['b', 3, []],
              ['c', 4, [['d', 5, []]]],
            ],
          ],
          ['z', 1, []],
        ],
      ],
      ['a 1', 'a;b 3', 'a;c 4', 'a;c;d 5', 'z 1'],
    ],
    [
      'siblings of one name as one',
      [
        '',
        0,
        [
          ['a', 1, []],
          ['a', 2, [['b', 1, []]]],
        ],
      ],
      ['a 3', 'a;b 1'],
    ],
    ['nothing', ['', 0, []], []],
  ];
  for (const [shows, drawn, stacks] of cases) {
    test(shows, () => assert.deepEqual(drawRead(readTree(bytesOf(drawn))), stacks));
  }
});

for (const [format, read] of [
  ['trie', readTrie],
  ['tree', readTree],
] as const) {
  describe(`${format}: what is not one`, () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
    for (const [shows, bytes, reason] of [
      ['no bytes', '', /the node at byte 0 of 0 is cut off/],
      ['a name that is cut off', '00000105', /the node at byte 3 of 4 is cut off/],
      ['children that never come', '000002016100', /cut off/],
      ['a length past all bytes', '0000ffffffffffffffffff01', /cut off/],
      ['a varint of eleven bytes', 'ffffffffffffffffffffff01', /cut off/],
    ] as const) {
      test(shows, () => assert.match(refusal(read(hex(bytes))), reason));
    }
    test('a chain that is too deep', () => {
      const chain = `000001${'01610001'.repeat(NODES_MAX_DEPTH + 5)}01610000`;
      assert.match(refusal(read(hex(chain))), /more than 65536 deep/);
    });
    test('damaged bytes are read or refused', () => {
      const whole = bytesOf([
        '',
        0,
        [
          ['a', 1, [['b;c', 3, []]]],
          ['z', 1, []],
        ],
      ]);
      return fuzzParser([whole], (bytes) => reasonOf(read(bytes)));
    });
  });
}

describe('any call tree', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'long name', '\u{1f525}'), {
    minLength: 1,
    maxLength: 5,
  });
  const samples = fc.uniqueArray(fc.tuple(stack, fc.bigInt({ min: 1n, max: 2n ** 60n })), {
    selector: ([names]) => names.join(';'),
    maxLength: 20,
  });
  test('comes back from both formats', () => {
    fc.assert(
      fc.property(samples, (rows) => {
        const lines = rows.map(([names, value]) => `${names.join(';')} ${value}`);
        const tree = treeFromText(lines.join('\n'));
        assert.deepEqual(drawRead(readTree(writeTree(tree))), lines.sort());
        assert.deepEqual(drawRead(readTrie(writeTrie(tree))), lines.sort());
      }),
      fuzzRuns(150, 5000),
    );
  });
});
