import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileFromText, textFromProfile } from '@emberscope/profile';
import { dropStackless } from './drop-stackless.ts';

test('samples without a stack go, the others stay as they are', () => {
  const profile = profileFromText('5\na;b 3\n0x4f 2');
  assert.deepEqual(textFromProfile(dropStackless(profile)), ['a;b 3', '0x4f 2']);
  const wide = profileFromText('9007199254740993\na 9007199254740993');
  assert.deepEqual(textFromProfile(dropStackless(wide)), ['a 9007199254740993']);
});

test('a profile without such samples is the same object', () => {
  const profile = profileFromText('a;b 3');
  assert.equal(dropStackless(profile), profile);
});
