import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzParser, reasonOf } from '@emberscope/test-kit';
import { LINE_MAX_BYTES, MAX_LINES } from './go-lines.ts';
import { readGroups } from './read-groups.ts';
import { readLines } from './read-lines.ts';
import { bytesOf, drawRead, refusal } from './testing/draw-profile.ts';

describe('groups: a stack and its count a line', () => {
  const cases: readonly [shows: string, text: string, drawn: string[]][] = [
    ['stacks from the root', 'main;work 30\nmain;idle 5\n', ['main;idle 5', 'main;work 30']],
    ['blanks in names, the count behind the last', 'a b;c d 3\nx y 2\n', ['a b;c d 3', 'x y 2']],
    ['a line without a blank passed over', 'a;b 3\nnospace\n\nc;d 4', ['a;b 3', 'c;d 4']],
    ['equal stacks added up', 'a;b 3\na;b 4\nc 1\n', ['a;b 7', 'c 1']],
    ['zero and negative counts, for others to judge', 'a;b 0\na;c -3\n', ['a;b 0', 'a;c -3']],
    ['a plus sign', 'a +3', ['a 3']],
    ['lines that end as on Windows', 'a 1\r\nb 2\r\n', ['a 1', 'b 2']],
    ['nothing', '', []],
    ['what stands before a line that is too long', `a 1\n${'y'.repeat(70_000)} 3\nb 4\n`, ['a 1']],
    [
      'a line just short enough',
      `${'y'.repeat(LINE_MAX_BYTES - 3)} 7\n`,
      [`${'y'.repeat(LINE_MAX_BYTES - 3)} 7`],
    ],
  ];
  for (const [shows, text, drawn] of cases) {
    test(shows, () => assert.deepEqual(drawRead(readGroups(bytesOf(text))), drawn));
  }
  for (const [text, reason] of [
    ['a;b x\n', /line 1: "x" is not a 64-bit integer/],
    ['a 1\nb 1.5', /line 2: "1.5"/],
    ['a 9223372036854775808', /9223372036854775808/],
    ['a ', /line 1: ""/],
    ['a 0x10', /0x10/],
  ] as const) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.match(refusal(readGroups(bytesOf(text))), reason);
    });
  }
});

describe('lines: a stack a line, seen once', () => {
  test('equal lines are counted, empty ones passed over', () => {
    assert.deepEqual(drawRead(readLines(bytesOf('a;b\na;b\nc\n\n'))), ['a;b 2', 'c 1']);
    assert.deepEqual(drawRead(readLines(bytesOf('\n\n'))), []);
  });
  test('a count is part of the name', () => {
    assert.deepEqual(drawRead(readLines(bytesOf('a;b_5\n'))), ['a;b_5 1']);
    const read = readLines(bytesOf('a;b 5\n'));
    assert.ok(read.ok && read.profile.symbols.strings.includes('b 5'));
  });
  test('a line that is too long is refused, in the words that agents know', () => {
    const text = `a\n${'y'.repeat(LINE_MAX_BYTES)}\nb\n`;
    assert.match(refusal(readLines(bytesOf(text))), /^bufio.Scanner: token too long$/);
  });
});

test('a text of more lines than profilers write is refused, whatever is in them', () => {
  const newlines = new Uint8Array(MAX_LINES + 1).fill(0x0a);
  for (const read of [readLines, readGroups]) {
    assert.ok(read(newlines.subarray(1)).ok);
    assert.match(refusal(read(newlines)), /^more than 600000 lines$/);
  }
});

describe('any bytes are read or refused', () => {
  const text = bytesOf('main;serve;json 3\nmain;serve;gzip 1\r\n\nmain 200\n');
  test('groups', () => fuzzParser([text], (bytes) => reasonOf(readGroups(bytes))));
  test('lines', () => fuzzParser([text], (bytes) => reasonOf(readLines(bytes))));
});
