/** Go's line scanner takes lines up to this, with the newline; agents are used to the limit. */
export const LINE_MAX_BYTES = 65_536;

/**
 * Of stacks. A profiler writes one for each sample, a hundred thousand where it samples a hundred
 * threads; a body of newlines alone would be a minute's work.
 */
export const MAX_LINES = 600_000;

/**
 * `too-many`: there were more than `maxLines`, and no more were taken. `too-long`: a line was over the
 * limit, and neither it nor what is behind it was taken.
 */
export type ScannedLines = 'all' | 'stopped' | 'too-many' | 'too-long';

/** Why a text of more than that is refused. */
export const TOO_MANY_LINES = `more than ${MAX_LINES} lines`;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Gives the lines of a text one by one, with their numbers, as Go's `bufio.Scanner` has them: without
 * `\n` or `\r\n`. Ends early when `take` answers false. No list of them is made: a text of newlines
 * would become eight times its size.
 */
export function scanLines(
  bytes: Uint8Array,
  take: (line: string, lineNumber: number) => boolean,
  maxLines = Number.POSITIVE_INFINITY,
): ScannedLines {
  const decoder = new TextDecoder();
  let lineNumber = 0;
  for (let start = 0; start < bytes.length; ) {
    if (++lineNumber > maxLines) return 'too-many';
    let end = start;
    if (bytes[start] !== NEWLINE) {
      const newline = bytes.indexOf(NEWLINE, start);
      end = newline === -1 ? bytes.length : newline;
    }
    if (end - start >= LINE_MAX_BYTES) return 'too-long';
    const isCrLf = end > start && bytes[end - 1] === RETURN;
    const textEnd = isCrLf ? end - 1 : end;
    const line = textEnd === start ? '' : decoder.decode(bytes.subarray(start, textEnd));
    if (!take(line, lineNumber)) return 'stopped';
    start = end + 1;
  }
  return 'all';
}
