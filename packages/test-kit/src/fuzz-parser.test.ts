import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzParser, type ParseOutcome } from './fuzz-parser.ts';

const INPUTS = [new Uint8Array(100).fill(7)];
const RUNS = { numRuns: 50, seed: 1 };

test('a parser that answers passes, whether at once or later', async () => {
  await fuzzParser(INPUTS, () => undefined, RUNS);
  await fuzzParser(INPUTS, async () => 'it is cut off', RUNS);
});

test('one that throws, or refuses without a word, does not', async () => {
  /** Wrong about what is shorter than it should be. */
  const wrong = (whenShort: () => ParseOutcome) =>
    fuzzParser(INPUTS, ({ length }) => (length < 100 ? whenShort() : undefined), RUNS);
  await assert.rejects(
    wrong(() => {
      throw new TypeError('no such byte');
    }),
    /no such byte/,
  );
  await assert.rejects(
    wrong(() => ''),
    /refused without a reason/,
  );
  await assert.rejects(
    fuzzParser([], () => undefined, RUNS),
    /nothing to damage/,
  );
});
