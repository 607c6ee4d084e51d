import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzParser } from './fuzz-parser.ts';

test('a parser that takes more than a second does not pass', async () => {
  const slow = () => {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 1_050_000);
    return undefined;
  };
  await assert.rejects(fuzzParser([new Uint8Array(100)], slow, { numRuns: 1 }), /ms of CPU/);
});
