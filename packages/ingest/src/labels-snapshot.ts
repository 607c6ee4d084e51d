import { MalformedWire, WireReader } from '@emberscope/pprof';

/** A label of a context. */
export type ContextLabel = { readonly name: string; readonly value: string };

/** What comes beside a recording: strings by their numbers, and the labels of contexts. */
export type LabelsSnapshot = {
  textOf(id: bigint): string | undefined;
  /** Empty for a context that is not there. */
  labelsOf(contextId: bigint): readonly ContextLabel[];
};

export type ReadLabelsSnapshot =
  | { readonly ok: true; readonly snapshot: LabelsSnapshot }
  | { readonly ok: false; readonly reason: string };

/** For a recording that comes alone. */
export const NO_SNAPSHOT: LabelsSnapshot = { textOf: () => undefined, labelsOf: () => [] };

/**
 * Fields of a snapshot, those of what is in it, too: an entry of a map has three. Two bytes of one
 * become a hundred in memory, and a kilobyte of gzip is a megabyte of them.
 */
const MAX_FIELDS = 2_000_000;

const CONTEXTS = 0x0a;
const STRINGS = 0x12;
const LABELS = 0x0a;
const KEY = 0x08;
const NUMBER = 0x10;
const BYTES = 0x12;

/**
 * Reads the message that Pyroscope's agent for Java sends with a recording:
 *
 *     message LabelsSnapshot { map<int64, Context> contexts = 1; map<int64, string> strings = 2; }
 *     message Context { map<int64, int64> labels = 1; }   numbers of strings: name to value
 */
export function readLabelsSnapshot(bytes: Uint8Array): ReadLabelsSnapshot {
  const contexts = new Map<bigint, ReadonlyMap<bigint, bigint>>();
  const strings = new Map<bigint, string>();
  const snapshot: SnapshotReader = { wire: new WireReader(bytes), fieldCount: 0 };
  const { wire } = snapshot;
  try {
    readMessage(snapshot, wire.byteLength, (tag) => {
      if (tag !== CONTEXTS && tag !== STRINGS) return false;
      const entry = readEntry(snapshot);
      if (tag === CONTEXTS) contexts.set(entry.key, readContext(snapshot, entry));
      else strings.set(entry.key, TEXT.decode(bytes.subarray(entry.start, entry.end)));
      return true;
    });
  } catch (error) {
    if (!(error instanceof MalformedWire || error instanceof TooManyFields)) throw error;
    return { ok: false, reason: error.message };
  }
  const labelsOfContext = new Map<bigint, readonly ContextLabel[]>();
  return {
    ok: true,
    snapshot: {
      textOf: (id) => strings.get(id),
      labelsOf(contextId) {
        const known = labelsOfContext.get(contextId);
        if (known !== undefined) return known;
        const labels: ContextLabel[] = [];
        for (const [nameId, valueId] of contexts.get(contextId) ?? []) {
          const name = strings.get(nameId);
          const value = strings.get(valueId);
          if (name !== undefined && value !== undefined) labels.push({ name, value });
        }
        labelsOfContext.set(contextId, labels);
        return labels;
      },
    },
  };
}

class TooManyFields extends Error {}

type SnapshotReader = { readonly wire: WireReader; fieldCount: number };

const TEXT = new TextDecoder();

/** An entry of a map: `start` and `end` of a value that is bytes, `number` of one that is a number. */
type Entry = {
  readonly key: bigint;
  readonly number: bigint;
  readonly start: number;
  readonly end: number;
};

function readEntry(snapshot: SnapshotReader): Entry {
  const { wire } = snapshot;
  let key = 0n;
  let number = 0n;
  let start = 0;
  let end = 0;
  const entryEnd = wire.spanEnd();
  readMessage(snapshot, entryEnd, (tag) => {
    if (tag === KEY) key = wire.int64();
    else if (tag === NUMBER) number = wire.int64();
    else if (tag === BYTES) {
      end = wire.spanEnd();
      start = wire.offset;
      wire.offset = end;
    } else return false;
    return true;
  });
  return { key, number, start, end };
}

function readContext(snapshot: SnapshotReader, { start, end }: Entry): ReadonlyMap<bigint, bigint> {
  const { wire } = snapshot;
  const labels = new Map<bigint, bigint>();
  const back = wire.offset;
  wire.offset = start;
  readMessage(snapshot, end, (tag) => {
    if (tag !== LABELS) return false;
    const { key, number } = readEntry(snapshot);
    labels.set(key, number);
    return true;
  });
  wire.offset = back;
  return labels;
}

/** Reads fields up to `end`; `read` answers whether it knows a tag and has read what is behind it. */
function readMessage(snapshot: SnapshotReader, end: number, read: (tag: number) => boolean): void {
  const { wire } = snapshot;
  const outerEnd = wire.end;
  wire.end = end;
  while (wire.offset < end) {
    if (++snapshot.fieldCount > MAX_FIELDS) {
      throw new TooManyFields(`more than ${MAX_FIELDS} fields of labels`);
    }
    const tag = wire.tag();
    if (!read(tag)) wire.skip(tag);
  }
  wire.checkEnd();
  wire.end = outerEnd;
}
