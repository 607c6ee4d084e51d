import { relative } from 'node:path';
import type { WriteStream } from 'node:tty';

/** Where a person reads. */
export type Terminal = {
  line(text?: string): void;
  /** What goes on right now, until the next line takes its place. Only where lines can be taken back. */
  waiting(text: string): void;
  readonly style: Style;
};

export type Style = {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
};

type Output = Pick<WriteStream, 'write' | 'on'> & { readonly isTTY?: boolean };
type Environment = Readonly<Record<string, string | undefined>>;

const CLEAR_LINE = '\r\u001b[2K';

export function createTerminal(output: Output, environment: Environment): Terminal {
  const isTty = output.isTTY === true && environment.TERM !== 'dumb';
  let isWaitingShown = false;
  // A terminal that was closed, or a reader that has gone: parts must still be stopped in order.
  output.on('error', () => {});
  const clear = () => {
    if (isWaitingShown) output.write(CLEAR_LINE);
    isWaitingShown = false;
  };
  return {
    line(text = '') {
      clear();
      output.write(`${text}\n`);
    },
    waiting(text) {
      if (!isTty) return;
      clear();
      output.write(text);
      isWaitingShown = true;
    },
    // https://no-color.org: present and not empty.
    style: isTty && !environment.NO_COLOR ? COLOURED : PLAIN,
  };
}

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

const COLOURED: Style = { strong: sgr(1), faint: sgr(2), good: sgr(32), bad: sgr(31) };

const same = (text: string) => text;

const PLAIN: Style = { strong: same, faint: same, good: same, bad: same };

/** `0.4 s`, `12 s`: as exact as a person cares. */
export function formatSeconds(millis: number): string {
  const seconds = millis / 1_000;
  return `${seconds < 9.95 ? seconds.toFixed(1).replace(/\.0$/, '') : seconds.toFixed(0)} s`;
}

/** A path as one would type it here: from the working folder, unless it lies outside. */
export function shownPath(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short || '.';
}

/** The parts' column: the longest name and some air. */
export const NAME_COLUMN = 17;
