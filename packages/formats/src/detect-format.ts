/** What a file is, by its first bytes and its name. */
export type DetectedFormat =
  | { readonly format: 'gzip' | 'pprof' | 'speedscope' | 'cpuprofile' | 'heapprofile' | 'folded' }
  /** A Java recording: known, and not read by this package. */
  | { readonly format: 'jfr' }
  | { readonly format: 'unknown'; readonly reason: string };

/** As much of a file as is looked at: JSON names what it is near its beginning or end. */
const LOOK_BYTES = 64 * 1024;

/**
 * Tells what a file is that a person hands in. `gzip` means: inflate it and ask again. Contents
 * win over names; a name helps only where contents fit several formats.
 */
export function detectFormat(bytes: Uint8Array, fileName = ''): DetectedFormat {
  if (bytes.length === 0) return { format: 'unknown', reason: 'the file is empty' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { format: 'gzip' };
  if (startsWith(bytes, 'FLR\0')) return { format: 'jfr' };

  const head = new TextDecoder().decode(bytes.subarray(0, LOOK_BYTES));
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - LOOK_BYTES)));
  if (/^\s*\{/.test(head)) return detectJson(head, tail, fileName);
  if (isFolded(head, bytes.length > LOOK_BYTES)) return { format: 'folded' };
  if (looksLikePprof(bytes)) return { format: 'pprof' };
  return { format: 'unknown', reason: 'neither pprof, nor JSON, nor folded stacks' };
}

function detectJson(head: string, tail: string, fileName: string): DetectedFormat {
  const has = (key: string): boolean => head.includes(`"${key}"`) || tail.includes(`"${key}"`);
  if (has('$schema') && `${head}${tail}`.includes('speedscope')) return { format: 'speedscope' };
  if (has('nodes') && (has('startTime') || has('timeDeltas'))) return { format: 'cpuprofile' };
  if (has('head') && has('selfSize')) return { format: 'heapprofile' };
  if (fileName.endsWith('.cpuprofile')) return { format: 'cpuprofile' };
  if (fileName.endsWith('.heapprofile')) return { format: 'heapprofile' };
  const reason = 'JSON, but neither of speedscope nor a .cpuprofile nor a .heapprofile';
  return { format: 'unknown', reason };
}

/** Whether every whole line ends in a space and a number. */
function isFolded(head: string, isCut: boolean): boolean {
  const lines = head.split('\n').map((line) => line.trimEnd());
  const whole = (isCut ? lines.slice(0, -1) : lines).filter((line) => line !== '');
  return whole.length > 0 && whole.every((line) => /\S [+-]?\d+$/.test(line));
}

/**
 * Whether the bytes are, field by field, a protobuf message with the fields of a pprof profile.
 * Lengths are stepped over, so this is quick even for a large file.
 */
function looksLikePprof(bytes: Uint8Array): boolean {
  let offset = 0;
  let hasStrings = false;
  while (offset < bytes.length) {
    const tag = bytes[offset++];
    const field = tag >> 3;
    if (tag >= 0x80 || field < 1 || field > 14) return false;
    const value = readVarint(bytes, offset);
    if (value === undefined) return false;
    offset = value.end;
    // Messages and texts have a length; numbers are numbers; comments may be packed or not.
    if ((tag & 7) === 2 && !NUMBER_FIELDS.has(field)) offset += value.number;
    else if ((tag & 7) !== 0 || !(NUMBER_FIELDS.has(field) || field === COMMENT_FIELD))
      return false;
    if (field === STRING_FIELD) hasStrings = true;
  }
  return offset === bytes.length && hasStrings;
}

/** drop_frames, keep_frames, time_nanos, duration_nanos, period, default_sample_type. */
const NUMBER_FIELDS: ReadonlySet<number> = new Set([7, 8, 9, 10, 12, 14]);
const COMMENT_FIELD = 13;
const STRING_FIELD = 6;

function readVarint(bytes: Uint8Array, start: number) {
  let number = 0;
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    const byte = bytes[start + i];
    number += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { number, end: start + i + 1 };
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return [...magic].every((character, i) => bytes[i] === character.charCodeAt(0));
}
