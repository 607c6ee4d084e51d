import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFlameGraph } from '@emberscope/profile';
import { fuzzParser, reasonOf } from '@emberscope/test-kit';
import { readFlamebearer } from './read-flamebearer.ts';
import { bytesOf, drawRead, refusal, treeFromText, treeOf } from './testing/draw-profile.ts';

const DRAWN = 'main;a;x 3\nmain;a;y 1\nmain;b 4\nmain 2\nidle 5';

function fileOf(changed: object = {}, metadata: object = {}): Uint8Array {
  const { names, levels } = encodeFlameGraph(treeFromText(DRAWN), 0);
  const flamebearer = { names, levels: levels.map((level) => [...level].map(Number)), ...changed };
  const told = { format: 'single', name: 'cpu', units: 'samples', sampleRate: 100, ...metadata };
  return bytesOf(JSON.stringify({ version: 1, flamebearer, metadata: told }));
}

test('a flame graph becomes the stacks that it was made of, and itself again', () => {
  const read = readFlamebearer(fileOf());
  assert.deepEqual(drawRead(read), DRAWN.split('\n').sort());
  assert.ok(read.ok);
  assert.deepEqual(read.metadata, { name: 'cpu', units: 'samples', spyName: '', sampleRate: 100 });
  const tree = treeFromText(DRAWN);
  assert.deepEqual(encodeFlameGraph(treeOf(read.profile), 0), encodeFlameGraph(tree, 0));
});

test('what is none is refused with its place', () => {
  const cases: readonly [Uint8Array, RegExp][] = [
    [bytesOf('{'), /not JSON/],
    [bytesOf('{}'), /metadata is not an object/],
    [fileOf({}, { format: 'double' }), /metadata.format is "double", not "single"/],
    [fileOf({ levels: [[0, 1, 0]] }), /levels\[0\] has 3 numbers/],
    [fileOf({ levels: [[0, 1, 0, 77]] }), /name 77 of \d/],
    [fileOf({ levels: [[0, 1, 2, 0]] }), /a box of 2 in 1 at 0/],
    [fileOf({ levels: [[0, -1, 0, 0]] }), /has -1/],
    [fileOf({ levels: [[0, 2 ** 53, 0, 0]] }), /has 9007199254740992/],
    [
      fileOf({
        levels: [
          [0, 4, 0, 0],
          [3, 2, 0, 0],
        ],
      }),
      /a box from 3 to 5 below no other/,
    ],
    [fileOf({ levels: [[0, 4, 0, 0], [], [0, 2, 0, 0]] }), /a box from 0 to 2 below no other/],
  ];
  for (const [bytes, reason] of cases) assert.match(refusal(readFlamebearer(bytes)), reason);
});

test('any bytes are read or refused', () =>
  fuzzParser([fileOf()], (bytes) => reasonOf(readFlamebearer(bytes))));
