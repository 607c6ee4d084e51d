import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { makeFolder } from './make-folder.ts';

/*
 * Parts write to their files themselves: a pipe through us would hold them up while we are busy or
 * suspended (Ctrl-Z), and break when we die. So a file is bounded from outside: it is copied and cut
 * to nothing, which works as everybody appends. At most two files a part: NAME.log and NAME.log.1.
 */

/** Some hours at the usual level of logging; with the older half it is twice that on disk. */
export const LOG_MAX_BYTES = 8 * 1024 * 1024;

/** The log of the last run becomes NAME.log.1. */
export function setLogAside(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.1`);
}

/** A file descriptor for appending. */
export function openLog(path: string): number {
  makeFolder(dirname(path));
  return openSync(path, 'a');
}

/** To be called every few seconds; lines that are written between copy and cut are lost. */
export function boundLog(path: string, maxBytes = LOG_MAX_BYTES): void {
  if (sizeOf(path) <= maxBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** More than anybody reads in a terminal. */
const TAIL_MAX_BYTES = 16 * 1024;
const LINE_MAX_CHARACTERS = 300;

/** The last lines, cut to what a terminal can show, without empty ones. */
export function lastLines(path: string, lineCount: number): readonly string[] {
  if (lineCount === 0 || !existsSync(path)) return [];
  const size = sizeOf(path);
  const buffer = Buffer.alloc(Math.min(size, TAIL_MAX_BYTES));
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8', 0, length)
      .split('\n')
      .map(visible)
      .filter((line) => line.trim() !== '')
      .slice(-lineCount);
  } finally {
    closeSync(file);
  }
}

/** Without what would move the cursor or colour the rest of the terminal. */
function visible(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, LINE_MAX_CHARACTERS);
}
