import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimClock } from '../clock/sim-clock.ts';
import { createLogLimiter } from './log-limiter.ts';

test('one line per kind and interval, with the number that was held back', async () => {
  const clock = createSimClock();
  const limiter = createLogLimiter({ clock, intervalMillis: 1000 });
  const lines: string[] = [];
  const note = (key: string) =>
    limiter.run(key, (suppressed) => lines.push(`${key} ${suppressed}`));

  for (let i = 0; i < 5; i++) note('a');
  note('b');
  await clock.advance(999);
  note('a');
  assert.deepEqual(lines, ['a 0', 'b 0']);
  await clock.advance(1);
  note('a');
  note('a');
  assert.deepEqual(lines, ['a 0', 'b 0', 'a 5']);
});

test('a kind that is asked for without end stays bounded', () => {
  const limiter = createLogLimiter({ clock: createSimClock(), intervalMillis: 1000 });
  let lines = 0;
  for (let i = 0; i < 100_000; i++) limiter.run(`kind ${i}`, () => lines++);
  limiter.run('kind 99999', () => lines++);
  assert.equal(lines, 100_000);
});
