import assert from 'node:assert/strict';
import fc from 'fast-check';
import { corruptBytes } from './fuzz.ts';

/** A parser that takes longer for an input of some kilobytes hangs, in the eyes of who waits. */
const INPUT_MAX_MILLIS = 1000;

/** What the process may grow by while it reads damaged inputs, one after the other. */
const GROWTH_MAX_BYTES = 1024 * 1024 * 1024;

/** The reason of a refusal; undefined for what was read. */
export type ParseOutcome = string | undefined;

/**
 * Feeds a parser damaged copies of real inputs and holds it to what every parser here owes: it
 * answers, within a second of CPU time each, in bounded memory, and with a reason where it refuses.
 * What it throws fails the test: a bad input is an answer. The failure has the seed and the input as it
 * was drawn.
 */
export async function fuzzParser(
  inputs: readonly Uint8Array[],
  parse: (bytes: Uint8Array) => ParseOutcome | Promise<ParseOutcome>,
  runs: { readonly numRuns: number },
): Promise<void> {
  assert.ok(inputs.length > 0, 'there is nothing to damage');
  const damaged = fc.oneof(...inputs.map(corruptBytes));
  const startBytes = peakBytes();
  await fc.assert(
    fc.asyncProperty(damaged, async (bytes) => {
      const before = process.cpuUsage();
      const outcome = await parse(bytes);
      const { user, system } = process.cpuUsage(before);
      const tookMillis = (user + system) / 1000;
      assert.ok(tookMillis <= INPUT_MAX_MILLIS, `took ${tookMillis} ms of CPU`);
      assert.notEqual(outcome, '', 'refused without a reason');
    }),
    // Shrinking an input that takes seconds would take minutes; its seed is enough to go on with.
    { ...runs, endOnFailure: true, includeErrorInReport: true },
  );
  const grownBytes = peakBytes() - startBytes;
  assert.ok(grownBytes <= GROWTH_MAX_BYTES, `memory grew by ${grownBytes} bytes`);
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
