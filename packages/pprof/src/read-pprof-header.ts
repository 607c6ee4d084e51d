import { type UnixNanos, unixNanos } from '@emberscope/units';
import { Header } from './header.ts';
import { MAX_SAMPLE_TYPES } from './limits.ts';
import { MalformedWire, WireReader } from './wire-reader.ts';

/** What a profile says of itself as a whole. */
export type PprofHeader = {
  /** Names of the sample types, in their order: `samples`, `wall`. */
  readonly sampleTypes: readonly string[];
  readonly timeNanos: UnixNanos;
};

export type PprofHeaderRead =
  | { readonly ok: true; readonly header: PprofHeader }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads the outermost fields of a pprof profile and passes over all its tables: for who must know
 * what a profile is and leaves it as it is. Samples, locations and functions are not looked into,
 * so a profile that passes here may still be refused by {@link readPprof}.
 */
export function readPprofHeader(bytes: Uint8Array): PprofHeaderRead {
  try {
    return read(new WireReader(bytes));
  } catch (error) {
    if (!(error instanceof MalformedWire)) throw error;
    return { ok: false, reason: `not a pprof profile: ${error.message}` };
  }
}

function read(wire: WireReader): PprofHeaderRead {
  const header = new Header();
  let stringCount = 0;
  while (wire.offset < wire.end) {
    const tag = wire.tag();
    if (tag === STRING) stringCount++;
    if (TABLES.has(tag)) wire.offset = wire.spanEnd();
    else header.read(tag, wire);
    if (header.sampleTypes.length > MAX_SAMPLE_TYPES) {
      return { ok: false, reason: `more than ${MAX_SAMPLE_TYPES} sample types` };
    }
  }
  wire.checkEnd();
  if (header.sampleTypes.length === 0) return { ok: false, reason: 'empty profile' };
  const bad = header.findBadIndex(stringCount);
  if (bad !== undefined) return { ok: false, reason: `${bad} string index out of range` };

  const rows = header.sampleTypes.map(({ type }) => type);
  const names = readStrings(wire, new Set(rows));
  const sampleTypes = rows.map((row) => names.get(row) ?? '');
  return { ok: true, header: { sampleTypes, timeNanos: unixNanos(header.timeNanos) } };
}

const STRING = 0x32;
/** Samples, mappings, locations, functions, strings. */
const TABLES: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x2a, STRING]);

/** The strings of some rows. They may stand anywhere, so this goes through the profile again. */
function readStrings(wire: WireReader, rows: ReadonlySet<number>): ReadonlyMap<number, string> {
  const strings = new Map<number, string>();
  wire.offset = 0;
  for (let row = 0; wire.offset < wire.end && strings.size < rows.size; ) {
    const tag = wire.tag();
    if (tag !== STRING) {
      wire.skip(tag);
      continue;
    }
    const end = wire.spanEnd();
    if (rows.has(row)) strings.set(row, decoder.decode(wire.bytes.subarray(wire.offset, end)));
    wire.offset = end;
    row++;
  }
  return strings;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
