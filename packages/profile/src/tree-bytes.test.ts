import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzParser, fuzzRuns, reasonOf } from '@emberscope/test-kit';
import fc from 'fast-check';
import { drawTree, treeFromText } from './testing/drawn-tree.ts';
import { decodeTreeBytes, encodeTreeBytes, TREE_BYTES_MAX_DEPTH } from './tree-bytes.ts';

const EXAMPLE = 'a;b;e 1\na;c 2\na;c;d 1';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

test('nodes come last child first behind a root without a name, as Pyroscope writes them', () => {
  assert.equal(
    hex(encodeTreeBytes(treeFromText(EXAMPLE))),
    '0000010161000201630201016401000162000101650100',
  );
});

test('a tree without nodes is no bytes, and back', () => {
  assert.equal(encodeTreeBytes(treeFromText('')).length, 0);
  const read = decodeTreeBytes(new Uint8Array(0));
  assert.ok(read.ok);
  assert.equal(read.tree.length, 0);
});

test('a name may begin with a byte order mark', () => {
  const marked = decodeTreeBytes(fromHex('000001 04efbbbf61 01 00'.replaceAll(' ', '')));
  assert.ok(marked.ok);
  assert.deepEqual(drawTree(marked.tree), ['\ufeffa self=1 total=1']);
});

describe('bad bytes are an answer', () => {
  const cases: readonly [shows: string, bytes: string, reason: RegExp][] = [
    ['a name that is cut off', '0000010561', /node at byte 3 of 5: its name is cut off/],
    ['a node without its children count', '000001016102', /node at byte 3 of 6 is cut off/],
    ['children that never come', '000002016102', /cut off/],
    ['more bytes than the tree has', '0000010161000007', /1 bytes behind the last node/],
    ['a varint without an end', 'ffffffffffffffffffffff', /cut off/],
    ['a value past int64', '00000101 61 ffffffffffffffffff01 00'.replaceAll(' ', ''), /cut off/],
  ];
  for (const [shows, bytes, reason] of cases) {
    test(shows, () => {
      const read = decodeTreeBytes(fromHex(bytes));
      assert.ok(!read.ok);
      assert.match(read.reason, reason);
    });
  }

  test('a tree that is too deep', () => {
    const levels = TREE_BYTES_MAX_DEPTH + 10;
    const read = decodeTreeBytes(fromHex(`000001${'01610001'.repeat(levels)}01610000`));
    assert.ok(!read.ok);
    assert.match(read.reason, /more than 65536 deep/);
  });
});

describe('any tree', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', '', '\u{1f525}'), {
    minLength: 1,
    maxLength: 5,
  });
  const value = fc.bigInt({ min: 1n, max: 2n ** 55n });
  const text = fc
    .array(fc.tuple(stack, value), { maxLength: 30 })
    .map((rows) => rows.map(([frames, v]) => `r${frames.join(';')} ${v}`).join('\n'));

  test('comes back as it was', () => {
    fc.assert(
      fc.property(text, (drawn) => {
        const tree = treeFromText(drawn);
        const read = decodeTreeBytes(encodeTreeBytes(tree));
        assert.ok(read.ok);
        assert.deepEqual(drawTree(read.tree), drawTree(tree));
      }),
      fuzzRuns(150, 5000),
    );
  });

  test('damaged, is read or refused, never worse', () => {
    const bytes = encodeTreeBytes(treeFromText(EXAMPLE));
    return fuzzParser([bytes], (damaged) => reasonOf(decodeTreeBytes(damaged)));
  });
});
