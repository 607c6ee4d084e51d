import { createCountedStacks } from './counted-stacks.ts';
import { MAX_LINES, scanLines, TOO_MANY_LINES } from './go-lines.ts';
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
  const scanned = scanLines(
    bytes,
    (line) => {
      if (line !== '') defect = stacks.add(line, 1n);
      return defect === undefined;
    },
    MAX_LINES,
  );
  if (defect !== undefined) return refuse(defect);
  if (scanned === 'too-many') return refuse(TOO_MANY_LINES);
  return scanned === 'too-long' ? refuse(LINE_TOO_LONG) : stacks.finish();
}
