import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damageMessages } from './damage-messages.ts';

const damages = (count: number) => Array.from({ length: count }, (_, i) => `record ${i}`);

test('each stretch that is lost is told, and of many the first ones and how many more', () => {
  assert.deepEqual(damageMessages([], []), []);
  assert.deepEqual(damageMessages(damages(2), []), [
    'the log is damaged, and something of it is lost: record 0',
    'the log is damaged, and something of it is lost: record 1',
  ]);
  assert.equal(damageMessages(damages(10), []).length, 10);
  const many = damageMessages(damages(123), []);
  assert.equal(many.length, 11);
  assert.equal(many.at(-1), 'the log is damaged: 113 more stretches or records of it are lost');
  assert.match(
    damageMessages(damages(1), ['/d/1.log.damaged']).join(),
    /\/d\/1\.log\.damaged is what/,
  );
});
