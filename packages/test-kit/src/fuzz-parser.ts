import assert from 'node:assert/strict';
import fc from 'fast-check';
import { damagedCopy } from './damaged-copy.ts';
import { damageSeed, PARSER_RUNS } from './fuzz.ts';

/** A parser that takes longer for an input of some kilobytes hangs, in the eyes of who waits. */
const INPUT_MAX_CPU_MILLIS = 1000;

/**
 * What takes less by the clock did not take that much CPU, however many threads of the process were
 * busy, nor that much memory. Asking for either at every input takes longer than most inputs do.
 */
const SUSPECT_MILLIS = 100;

/** How many inputs are made from one number that fast-check draws. */
const BATCH_INPUTS = 50;

/** What the process may grow by while it reads damaged inputs, one after the other. */
const GROWTH_MAX_BYTES = 1024 * 1024 * 1024;

/** Longer inputs are not printed: the seed makes them again. */
const PRINTED_MAX_BYTES = 2_000;

/** The reason of a refusal; undefined for what was read. */
export type ParseOutcome = string | undefined;

/** The outcome of a parser that says itself whether it read its input. */
export function reasonOf(read: { readonly ok: boolean; readonly reason?: string }): ParseOutcome {
  return read.ok ? undefined : (read.reason ?? '');
}

export type Parse = (bytes: Uint8Array) => ParseOutcome | Promise<ParseOutcome>;

/**
 * Feeds a parser damaged copies of real inputs and holds it to what every parser here owes: it
 * answers, within a second of CPU time each, in bounded memory, and with a reason where it refuses.
 * What it throws fails the test: a bad input is an answer. The failure names the input: its bytes and
 * the seed that `damagedCopy` made it from; fast-check adds what it takes to run that one again.
 */
export async function fuzzParser(
  inputs: readonly Uint8Array[],
  parse: Parse,
  runs: fc.Parameters<[number]> & { readonly numRuns: number } = PARSER_RUNS,
): Promise<void> {
  assert.ok(inputs.length > 0, 'there is nothing to damage');
  const refusals: ParseOutcome[] = [];
  for (const input of inputs) refusals.push(await parse(Uint8Array.from(input)));
  // Else no damage is ever what they are refused for, and what comes behind is never reached.
  assert.ok(refusals.includes(undefined), `every input is refused undamaged: ${refusals[0]}`);
  const startBytes = peakBytes();
  let inputsLeft = runs.numRuns;
  await fc.assert(
    fc.asyncProperty(damageSeed, async (firstSeed) => {
      for (let i = 0; i < BATCH_INPUTS && inputsLeft > 0; i++, inputsLeft--) {
        const seed = (firstSeed + i) | 0;
        const bytes = damagedCopy(inputs, seed);
        const start = performance.now();
        try {
          // Most parsers answer at once. Under node:test a promise costs as much as a small input.
          const answer = parse(bytes);
          const outcome = answer instanceof Promise ? await answer : answer;
          assert.notEqual(outcome, '', 'refused without a reason');
          if (performance.now() - start >= SUSPECT_MILLIS) {
            await holdToLimits(bytes, parse, startBytes);
          }
        } catch (cause) {
          throw new Error(`${cause}\nof damagedCopy(inputs, ${seed}): ${printed(bytes)}`, {
            cause,
          });
        }
      }
    }),
    // A seed has nothing to shrink to.
    {
      ...runs,
      numRuns: Math.ceil(runs.numRuns / BATCH_INPUTS),
      endOnFailure: true,
      includeErrorInReport: true,
    },
  );
  assertGrowth(startBytes);
}

/** Of an input that took long, or much: what takes little time takes little memory. */
async function holdToLimits(bytes: Uint8Array, parse: Parse, startBytes: number): Promise<void> {
  assertGrowth(startBytes);
  const before = process.cpuUsage();
  await parse(bytes);
  const { user, system } = process.cpuUsage(before);
  const tookMillis = (user + system) / 1000;
  assert.ok(tookMillis <= INPUT_MAX_CPU_MILLIS, `took ${tookMillis} ms of CPU`);
}

function assertGrowth(startBytes: number): void {
  const grownBytes = peakBytes() - startBytes;
  assert.ok(grownBytes <= GROWTH_MAX_BYTES, `memory grew by ${grownBytes} bytes`);
}

function printed(bytes: Uint8Array): string {
  if (bytes.length > PRINTED_MAX_BYTES) return `${bytes.length} bytes`;
  return `${bytes.length} bytes, in base64 ${Buffer.from(bytes).toString('base64')}`;
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
