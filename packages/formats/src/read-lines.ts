import { createCountedStacks } from './counted-stacks.ts';
import { scanLines } from './go-lines.ts';
import { type ReadProfile, refuse } from './read-answer.ts';

/** In Go's words: agents and their logs have known this limit by them for years. */
const LINE_TOO_LONG = 'bufio.Scanner: token too long';

/**
 * Reads one stack a line, `root;caller;leaf`, each seen once; equal lines add up. A line of 64 KiB
 * or more is refused.
 */
export function readLines(bytes: Uint8Array): ReadProfile {
  const stacks = createCountedStacks();
  let defect: string | undefined;
  const scanned = scanLines(bytes, (line) => {
    if (line !== '') defect = stacks.add(line, 1n);
    return defect === undefined;
  });
  if (defect !== undefined) return refuse(defect);
  return scanned === 'too-long' ? refuse(LINE_TOO_LONG) : stacks.finish();
}
