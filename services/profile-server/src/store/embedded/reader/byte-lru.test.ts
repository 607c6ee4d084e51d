import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteLru } from './byte-lru.ts';

test('what was asked for stays, what was not goes, and no more is kept than there is room for', () => {
  const lru = createByteLru<string>(30);
  for (const key of ['a', 'b', 'c']) lru.set(key, key, 10);
  assert.equal(lru.get('a'), 'a');
  lru.set('d', 'd', 10);
  assert.deepEqual(['a', 'b', 'c', 'd'].map(lru.get), ['a', undefined, 'c', 'd']);
  assert.equal(lru.bytes(), 30);
});

test('when everything was asked for, the oldest goes', () => {
  const lru = createByteLru<string>(20);
  for (const key of ['a', 'b']) lru.set(key, key, 10);
  for (const key of ['a', 'b']) lru.get(key);
  lru.set('c', 'c', 10);
  assert.ok(lru.bytes() <= 20);
});

test('what becomes larger makes others go, and what has no room is not kept', () => {
  const lru = createByteLru<string>(20);
  for (const key of ['a', 'b']) lru.set(key, key, 10);
  lru.grow('b', 5);
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.bytes()], [undefined, 'b', 15]);
  lru.set('huge', 'huge', 21);
  assert.equal(lru.get('huge'), undefined);
  assert.equal(lru.bytes(), 15);
});
