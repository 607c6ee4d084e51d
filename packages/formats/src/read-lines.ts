import { createCountedStacks } from './counted-stacks.ts';
import { LINE_MAX_BYTES, scanLines } from './go-lines.ts';
import { type ReadProfile, refuse } from './read-answer.ts';

/** Reads one stack a line, `root;caller;leaf`, each seen once; equal lines add up. */
export function readLines(bytes: Uint8Array): ReadProfile {
  const { lines, isTooLong } = scanLines(bytes);
  if (isTooLong) {
    return refuse(`line ${lines.length + 1} is too long: the limit is ${LINE_MAX_BYTES} bytes`);
  }
  const stacks = createCountedStacks();
  for (const line of lines) if (line !== '') stacks.add(line, 1n);
  return { ok: true, profile: stacks.finish() };
}
