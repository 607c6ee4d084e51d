import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, LOG_LEVELS, type LogLevel } from './logger.ts';

function capture(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'tester',
    level,
    output: { write: (line) => void lines.push(line) },
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') };
}

test('a line is one JSON object with a level in words and a time in UTC', () => {
  const { logger, lines, last } = capture();
  logger.info({ port: 4040 }, 'listening\non two lines');
  const { time, ...rest } = last();
  assert.deepEqual(rest, {
    level: 'info',
    service: 'tester',
    port: 4040,
    msg: 'listening\non two lines',
  });
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(lines[0]?.endsWith('}\n') && lines[0].indexOf('\n') === lines[0].length - 1);
});

for (const level of LOG_LEVELS) {
  test(`level ${level} hides what is below it`, () => {
    const { logger, lines } = capture(level);
    for (const each of LOG_LEVELS) logger[each]('x');
    assert.equal(lines.length, LOG_LEVELS.length - LOG_LEVELS.indexOf(level));
  });
}

test('an error keeps its stack and its cause', () => {
  const { logger, last } = capture();
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
  const { err } = last();
  assert.match(err.message, /outer/);
  assert.match(err.stack, /logger\.test/);
  assert.match(err.stack, /inner/);
});

test('a child adds its fields', () => {
  const { logger, last } = capture();
  logger.child({ tenant: 'a' }).warn('x');
  assert.equal(last().tenant, 'a');
});

test('secrets are withheld, at the top and one level down', () => {
  const { logger, lines } = capture();
  logger.info(
    { token: 'hunter2', headers: { authorization: 'hunter2' }, password: 'hunter2' },
    'x',
  );
  assert.ok(!lines[0]?.includes('hunter2'));
  assert.equal(JSON.parse(lines[0] ?? '').headers.authorization, '(secret)');
});
