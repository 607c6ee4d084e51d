import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzParser, reasonOf } from '@emberscope/test-kit';
import { textFromProfile } from './drawn-profile.ts';
import { FOLDED_MAX_FRAMES, foldedTextFromTree, profileFromFoldedText } from './folded-text.ts';
import { treeFromText } from './testing/drawn-tree.ts';

test('a stack a line, the value behind the last space, empty lines passed over', () => {
  const read = profileFromFoldedText('main;a b;c 3\r\n\nmain 4\n');
  assert.ok(read.ok);
  assert.deepEqual(textFromProfile(read.profile), ['main;a b;c 3', 'main 4']);
});

test('a tree is written as its selfs', () => {
  assert.deepEqual(foldedTextFromTree(treeFromText('a;b 1\na;b;c 2\nd 3')), [
    'a;b 1',
    'a;b;c 2',
    'd 3',
  ]);
});

describe('what is no folded text is an answer with its line', () => {
  const cases: readonly [text: string, line: number, reason: RegExp][] = [
    ['main', 1, /"main" has no value/],
    ['a 1\nb x', 2, /"x" is not a 64-bit integer/],
    ['a 1.5', 1, /"1.5"/],
    ['a 9223372036854775808', 1, /9223372036854775808/],
    [`${'f;'.repeat(FOLDED_MAX_FRAMES)}f 1`, 1, /65537 frames; the limit is 65536/],
  ];
  for (const [text, line, reason] of cases) {
    test(text.slice(0, 30), () => {
      const read = profileFromFoldedText(text);
      assert.ok(!read.ok);
      assert.equal(read.line, line);
      assert.match(read.reason, reason);
    });
  }
});

test('damaged text is read or refused, never worse', () => {
  const bytes = new TextEncoder().encode('main;serve;json 3\nmain;serve;gzip 1\nmain 200\n');
  return fuzzParser([bytes], (damaged) =>
    reasonOf(profileFromFoldedText(new TextDecoder().decode(damaged))),
  );
});
