import { ByteCursor, type Long } from './byte-cursor.ts';
import { type ChunkHeader, readChunkHeader } from './chunk-header.ts';
import { type ConstantPools, createConstantPools } from './constant-pools.ts';
import {
  EVENT_KINDS,
  type EventKind,
  isEventKind,
  SETTING_EVENT,
  SETTING_NAME,
  SLEEPING,
} from './event-kinds.ts';
import { EventTables } from './event-table.ts';
import { MalformedRecording } from './malformed-recording.ts';
import { createPartCounts, type PartCounts } from './part-counts.ts';
import { readClasses } from './recorded-classes.ts';
import { NO_CONTEXT, type RecordedKind, type Recording } from './recording.ts';
import { type StackLimits, StackRows } from './stack-rows.ts';
import {
  createLayouts,
  type FieldValue,
  readFields,
  type Selection,
  selectFields,
} from './value-layout.ts';

export type JfrLimits = StackLimits & {
  /** Of one kind of events: as many pairs of a stack and a context. */
  readonly maxSamples: number;
};

export type JfrRead =
  | { readonly ok: true; readonly recording: Recording }
  /** The bytes are no recording, or break a rule of the format. */
  | { readonly ok: false; readonly kind: 'not-jfr'; readonly reason: string }
  | { readonly ok: false; readonly kind: 'too-many-samples'; readonly limit: number };

/**
 * Reads a recording of Java Flight Recorder, format 2 (JDK 9 and later, async-profiler): chunks one
 * after another, each with a header, metadata that describes its classes, constant pools, and events.
 * Of events those of {@link EVENT_KINDS} are kept. No bytes are a recording without events.
 *
 * The format is that of the JDK's own reader, `jdk.jfr.internal.consumer`. Time and memory are linear
 * in the bytes; what they only claim is believed no further than there are bytes left.
 */
export function readJfr(bytes: Uint8Array, limits: JfrLimits): JfrRead {
  const counts = createPartCounts();
  const stacks = new StackRows(limits, counts);
  const tables = new EventTables();
  let profilerEvent = '';
  try {
    for (let offset = 0; offset < bytes.length; ) {
      const header = inPart('chunk header', () => readChunkHeader(bytes, offset));
      counts.chunks.add(1);
      const reader = createChunkReader(bytes, header, counts, stacks, tables, limits.maxSamples);
      profilerEvent = reader.read() ?? profilerEvent;
      offset = header.end;
    }
  } catch (error) {
    if (error instanceof MalformedRecording) {
      return { ok: false, kind: 'not-jfr', reason: error.message };
    }
    if (error instanceof TooManySamples) {
      return { ok: false, kind: 'too-many-samples', limit: limits.maxSamples };
    }
    throw error;
  }
  const recording = { ...stacks.finish(), ...tables.finish(), profilerEvent };
  return { ok: true, recording };
}

class TooManySamples extends Error {}

/** Where it was, as Pyroscope says it. */
function inPart<Result>(part: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedRecording)) throw error;
    throw new MalformedRecording(`error reading ${part}: ${error.message}`);
  }
}

const METADATA_EVENT = 0;
const CHECKPOINT_EVENT = 1;

const SAMPLE_FIELDS = ['stackTrace', 'contextId', 'spanId', 'spanName', 'state', 'amount'] as const;
const SETTING_FIELDS = ['name', 'value'];

/** An event that is wanted, by its type: what it is, and how it lies behind its size and type. */
type WantedEvent = {
  readonly kind: EventKind | 'setting';
  readonly selection: Selection;
};

function createChunkReader(
  bytes: Uint8Array,
  header: ChunkHeader,
  counts: PartCounts,
  stacks: StackRows,
  tables: EventTables,
  maxSamples: number,
) {
  const { eventsStart, end, metadataStart } = header;
  const classes = inPart('metadata', () =>
    readClasses(new ByteCursor(bytes, metadataStart, end), counts),
  );
  const layouts = createLayouts(classes);
  const pools = createConstantPools(layouts, counts);
  const values: FieldValue[] = SAMPLE_FIELDS.map(() => undefined);
  const wanted = new Map<number, WantedEvent>();
  for (const { id, name } of classes.values()) {
    if (name === SETTING_EVENT) {
      wanted.set(id, { kind: 'setting', selection: selectFields(layouts.of(id), SETTING_FIELDS) });
    } else if (isEventKind(name)) {
      const amount = EVENT_KINDS[name] ?? '';
      const fields = SAMPLE_FIELDS.map((field) => (field === 'amount' ? amount : field));
      wanted.set(id, { kind: name, selection: selectFields(layouts.of(id), fields) });
    }
  }

  /** Visits the events of a type; their place is behind size and type. */
  function walk(visit: (type: number, cursor: ByteCursor) => void): void {
    const cursor = new ByteCursor(bytes, eventsStart, end);
    while (cursor.offset < end) {
      cursor.end = end;
      const eventEnd = cursor.eventEnd();
      cursor.end = eventEnd;
      visit(Number(cursor.long()), cursor);
      cursor.offset = eventEnd;
    }
  }

  function addEvent(cursor: ByteCursor, { kind, selection }: WantedEvent): string | undefined {
    (kind === 'setting' ? counts.settings : counts.eventsWithStack).add(1);
    readFields(cursor, selection, values);
    if (kind === 'setting') {
      return pools.textOf(values[0]) === SETTING_NAME ? pools.textOf(values[1]) : undefined;
    }
    const [trace, contextId, spanId, spanName, state, amount] = values;
    const stack = isLong(trace) ? stacks.stackOf(trace) : undefined;
    if (stack === undefined) return undefined;
    const hasContext = isSet(contextId) || isSet(spanId) || isSet(spanName);
    const context = hasContext
      ? tables.context(longOf(contextId), longOf(spanId), longOf(spanName))
      : NO_CONTEXT;
    if (context > maxSamples) throw new TooManySamples();
    const recorded = isSleeping(kind, state, pools) ? 'sleeping' : kind;
    const rows = tables.add(recorded, stack, context, amountOf(amount));
    if (rows > maxSamples) throw new TooManySamples();
    return undefined;
  }

  return {
    /** Answers what the profiler sampled by, where the chunk says so. */
    read(): string | undefined {
      // Pools first: they stand behind the events that refer to them.
      inPart('CP', () =>
        walk((type, cursor) => {
          counts.events.add(1);
          if (type === CHECKPOINT_EVENT) pools.readCheckpoint(cursor);
        }),
      );
      stacks.enterChunk(pools);
      let profilerEvent: string | undefined;
      walk((type, cursor) => {
        if (type === METADATA_EVENT || type === CHECKPOINT_EVENT) return;
        const event = wanted.get(type);
        if (event !== undefined) profilerEvent = addEvent(cursor, event) ?? profilerEvent;
      });
      return profilerEvent;
    },
  };
}

function isSleeping(kind: RecordedKind, state: FieldValue, pools: ConstantPools): boolean {
  return kind === 'jdk.ExecutionSample' && isLong(state) && pools.stateOf(state) === SLEEPING;
}

function amountOf(amount: FieldValue): Long {
  return isLong(amount) && amount > 0 ? amount : 0;
}

function isLong(value: FieldValue): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isSet(value: FieldValue): boolean {
  return isLong(value) && value !== 0;
}

function longOf(value: FieldValue): Long {
  return isLong(value) ? value : 0;
}
