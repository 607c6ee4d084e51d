import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damagedCopy } from './damaged-copy.ts';
import { fuzzParser, type ParseOutcome } from './fuzz-parser.ts';

const INPUTS = [new Uint8Array(100).fill(7)];
const RUNS = { numRuns: 50, seed: 1 };

test('a parser that answers passes, whether at once or later', async () => {
  await fuzzParser(INPUTS, () => undefined, RUNS);
  await fuzzParser(
    INPUTS,
    async ({ length }) => (length < 100 ? 'it is cut off' : undefined),
    RUNS,
  );
});

/** Wrong about what is shorter than it should be. */
const wrong = (whenShort: () => ParseOutcome | Promise<ParseOutcome>) =>
  fuzzParser(INPUTS, ({ length }) => (length < 100 ? whenShort() : undefined), RUNS);
const thrown = () => {
  throw new TypeError('no such byte');
};

test('one that throws, or refuses without a word, does not', async () => {
  await assert.rejects(wrong(thrown), /no such byte/);
  await assert.rejects(
    wrong(async () => thrown()),
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

test('one that takes none of the good inputs does not: no damage would be what it refuses', async () => {
  await assert.rejects(
    fuzzParser(INPUTS, () => 'it came too early', RUNS),
    /refused undamaged: it came too early/,
  );
});

test('a failure names the input, and the seed that makes it again', async () => {
  await assert.rejects(wrong(thrown), ({ message }: Error) => {
    const [, seed, base64] =
      /damagedCopy\(inputs, (-?\d+)\): \d+ bytes, in base64 (\S*)/.exec(message) ?? [];
    assert.equal(Buffer.from(damagedCopy(INPUTS, Number(seed))).toString('base64'), base64);
    return true;
  });
});
