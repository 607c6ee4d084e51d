/** Go's line scanner takes lines up to this, with the newline; agents are used to the limit. */
export const LINE_MAX_BYTES = 65_536;

export type ScannedLines = {
  readonly lines: readonly string[];
  /** Set when a line was over the limit: that line and all behind it are not there. */
  readonly isTooLong: boolean;
};

/** The lines of a text as Go's `bufio.Scanner` gives them: without `\n` or `\r\n`. */
export function scanLines(bytes: Uint8Array): ScannedLines {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end - start >= LINE_MAX_BYTES) return { lines, isTooLong: true };
    const isCrLf = end > start && bytes[end - 1] === 0x0d;
    lines.push(decoder.decode(bytes.subarray(start, isCrLf ? end - 1 : end)));
    start = end + 1;
  }
  return { lines, isTooLong: false };
}
