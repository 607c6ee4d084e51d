import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.mjs';

for (const [args, expected] of [
  [[], { corpora: ['typical', 'heavy', 'week'], rounds: 2, isQuick: false }],
  [['--corpus', 'heavy', '--rounds=1'], { corpora: ['heavy'], rounds: 1 }],
  [['--quick', '--rounds', '5'], { corpora: ['tiny'], rounds: 1, isQuick: true }],
  [['--port', '14100'], { port: 14100 }],
]) {
  test(`npm run bench -- ${args.join(' ')}`, () => {
    const read = readOptions(args);
    assert.ok(read.ok, read.reason);
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(read.options[key], value, key);
    }
  });
}

for (const args of [
  ['--corpus', 'tiny'],
  ['--rounds', '0'],
  ['--port', 'x'],
  ['--nonsense'],
  ['word'],
]) {
  test(`npm run bench -- ${args.join(' ')} cannot be`, () => {
    const read = readOptions(args);
    assert.equal(read.ok, false);
    assert.match(read.reason, new RegExp(args[0]));
  });
}
