import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzParser, reasonOf } from '@emberscope/test-kit';
import { looksLikePerfScript, readPerfScript } from './read-perf-script.ts';
import { bytesOf, drawRead, refusal } from './testing/draw-profile.ts';

const PRINTED = `# a comment
V8 Worker  4711/4712 [002] 6544038.708352:   10101010 cpu-clock:
\t    7f21ba8f0b2d uv__io_poll+0x2d (/usr/bin/node)
\t    7f21ba8f0a11 operator new(unsigned long)+0x1 (/usr/lib/libstdc++.so.6)
\t               0 [unknown] ([unknown])

V8 Worker  4711/4712 [002] 6544038.708355: cpu-clock:
\t    7f21ba8f0a11 a;b (/usr/bin/node)
sh 12 5.5: cycles:

sh 12 5.6: cycles:
  ff main
`;

test('an event is a stack below its program, and counts once', () => {
  assert.ok(looksLikePerfScript(bytesOf(PRINTED)));
  assert.deepEqual(drawRead(readPerfScript(bytesOf(PRINTED + PRINTED))), [
    'V8 Worker;[unknown];operator new(unsigned long);uv__io_poll 2',
    'V8 Worker;a:b 2',
    'sh;main 2',
  ]);
});

test('what is printed otherwise is refused with its line', () => {
  for (const [text, reason] of [
    ['  ff main\n', /line 1: a frame before any event/],
    ['main;serve 3\n', /line 1: "main;serve 3" is not an event/],
    ['sh 1 5.5: cycles:\n  main\n', /line 2: " {2}main" is not a frame/],
  ] as const) {
    assert.match(refusal(readPerfScript(bytesOf(text))), reason);
    assert.equal(looksLikePerfScript(bytesOf(text)), false);
  }
  assert.equal(looksLikePerfScript(bytesOf('')), false);
});

test('any bytes are read or refused, and a line of blanks takes no time', async () => {
  await fuzzParser([bytesOf(PRINTED)], (bytes) => {
    looksLikePerfScript(bytes);
    return reasonOf(readPerfScript(bytes));
  });
  refusal(readPerfScript(bytesOf(`a${' '.repeat(60_000)}\n`)));
});
