import { createCountedStacks } from './counted-stacks.ts';
import { MAX_LINES, scanLines, TOO_MANY_LINES } from './go-lines.ts';
import { type ReadProfile, refuse } from './read-answer.ts';

/**
 * Reads folded stacks with counts, `root;caller;leaf 42`, as Pyroscope's `/ingest` does: split at
 * the last space, a line without a space passed over, everything behind a line that is too long
 * silently left out. (A file that a person opens is read by `profileFromFoldedText`, which refuses
 * what this forgives.)
 */
export function readGroups(bytes: Uint8Array): ReadProfile {
  const stacks = createCountedStacks();
  let defect: string | undefined;
  const scanned = scanLines(
    bytes,
    (line, lineNumber) => {
      const space = line.lastIndexOf(' ');
      if (space === -1) return true;
      const count = parseCount(line.slice(space + 1));
      if (count === undefined) {
        defect = `line ${lineNumber}: "${clip(line.slice(space + 1))}" is not a 64-bit integer`;
        return false;
      }
      defect = stacks.add(line.slice(0, space), count);
      return defect === undefined;
    },
    MAX_LINES,
  );
  if (defect !== undefined) return refuse(defect);
  return scanned === 'too-many' ? refuse(TOO_MANY_LINES) : stacks.finish();
}

/** A decimal integer with a sign or without, as Go's `Atoi` takes it. */
function parseCount(digits: string): bigint | undefined {
  if (!/^[+-]?\d{1,30}$/.test(digits)) return undefined;
  const count = BigInt(digits.replace('+', ''));
  return BigInt.asIntN(64, count) === count ? count : undefined;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
