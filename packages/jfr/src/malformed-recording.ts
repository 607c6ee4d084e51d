/** Bytes that are no recording. Thrown while one is read, caught by `readJfr` alone. */
export class MalformedRecording extends Error {
  override readonly name = 'MalformedRecording';
}

/**
 * What a recording may have of things that take a byte or two each, and much more in memory: a real
 * one has some thousands. Those of pools, classes and strings are for each chunk.
 */
export const MAX_COUNTS = {
  'strings of metadata': 1_000_000,
  'elements of metadata': 1_000_000,
  'entries of pools': 4_000_000,
  'frames of stack traces': 16_000_000,
  'rows of stacks': 16_000_000,
  locations: 2_000_000,
} as const;

export function checkCount(what: keyof typeof MAX_COUNTS, count: number): void {
  if (count > MAX_COUNTS[what]) {
    throw new MalformedRecording(`more than ${MAX_COUNTS[what]} ${what}`);
  }
}
