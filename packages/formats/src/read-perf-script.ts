import { createCountedStacks } from './counted-stacks.ts';
import { scanLines } from './go-lines.ts';
import { type ReadProfile, refuse } from './read-answer.ts';

/**
 * Reads what `perf script` of Linux prints: an event a paragraph, its first line who ran, the others
 * the stack from the leaf, each an address, a symbol and a file.
 *
 *     node 4711 [002] 6544038.708352:    10101010 cpu-clock:
 *             7f21ba8f0b2d uv__io_poll+0x2d (/usr/bin/node)
 *             7f21ba8f0a11 uv_run+0x111 (/usr/bin/node)
 *
 * Every event counts once. The program is the root of its stacks, as the usual tools have it.
 */
export function readPerfScript(bytes: Uint8Array): ReadProfile {
  const stacks = createCountedStacks();
  let program: string | undefined;
  let frames: string[] = [];
  /** Why it has no place, where that is so. */
  const endEvent = (): string | undefined => {
    const names =
      program === undefined || frames.length === 0 ? [] : [program, ...frames.reverse()];
    program = undefined;
    frames = [];
    return names.length === 0 ? undefined : stacks.add(names.join(';'), 1n);
  };
  /** Why the line is none of the format. */
  const take = (line: string): string | undefined => {
    if (line.startsWith('#')) return undefined;
    if (line.trim() === '') return endEvent();
    if (isIndented(line)) {
      if (program === undefined) return 'a frame before any event';
      const name = symbolOf(line);
      if (name === undefined) return `"${clip(line)}" is not a frame`;
      if (frames.length >= MAX_DEPTH) return `a stack of more than ${MAX_DEPTH} frames`;
      frames.push(name);
      return undefined;
    }
    const defect = endEvent();
    program = programOf(line);
    return program === undefined ? `"${clip(line)}" is not an event` : defect;
  };
  let defect: string | undefined;
  scanLines(bytes, (line, lineNumber) => {
    const reason = take(line);
    if (reason !== undefined) defect = `line ${lineNumber}: ${reason}`;
    return reason === undefined;
  });
  defect ??= endEvent();
  return defect !== undefined ? refuse(defect) : stacks.finish();
}

/** Whether a text begins as `perf script` prints it: comments, an event, a frame of it. */
export function looksLikePerfScript(bytes: Uint8Array): boolean {
  const first: string[] = [];
  scanLines(bytes.subarray(0, LOOK_BYTES), (line) => {
    if (line.trim() !== '' && !line.startsWith('#')) first.push(line);
    return first.length < 2;
  });
  const [event, frame] = first;
  if (event === undefined || isIndented(event) || programOf(event) === undefined) return false;
  return frame !== undefined && isIndented(frame) && symbolOf(frame) !== undefined;
}

/** As other text formats have it. */
const MAX_DEPTH = 65_536;
const LOOK_BYTES = 64 * 1024;

/** The name of a program, its process and maybe thread, maybe the core, the time in seconds. */
const EVENT = /^(\S.*?)\s+\d+(?:\/\d+)?\s+(?:\[\d+\]\s+)?\d+\.\d+:/;
/** The part of a line that {@link EVENT} looks at: it goes through it once for each blank. */
const EVENT_MAX_LENGTH = 400;

function programOf(line: string): string | undefined {
  const name = EVENT.exec(line.slice(0, EVENT_MAX_LENGTH))?.[1];
  return name?.trim().replaceAll(';', ':');
}

function isIndented(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t');
}

/** `[unknown]` where perf knew none, which is a name like any other. */
function symbolOf(line: string): string | undefined {
  const text = line.trim();
  const blank = text.indexOf(' ');
  if (blank === -1 || !/^[0-9a-f]+$/i.test(text.slice(0, blank))) return undefined;
  const rest = text.slice(blank + 1);
  const file = rest.lastIndexOf(' (');
  const symbol = (file === -1 ? rest : rest.slice(0, file)).trim();
  const name = symbol.replace(/\+0x[0-9a-f]+$/i, '').replaceAll(';', ':');
  return name === '' ? undefined : name;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
