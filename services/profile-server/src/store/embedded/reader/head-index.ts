import type { LabelSet } from '@emberscope/labels';
import { kindOfTypes, type ProfileKind } from '../../parts/profile-kind.ts';
import type { SeriesRegistry, Stream, StreamRows } from '../../parts/series-registry.ts';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import { RECORD_KIND, readEpochRecord, readStreamRecord } from '../codec/log-records.ts';
import { forEachRecord } from '../log/for-each-record.ts';
import { bytesOfChunk, type GenerationView, publishedBytes } from '../log/log-chunk.ts';
import type { EpochDictionaries, EpochDictionary, RowDeltas } from './epoch-dictionaries.ts';
import { createHeadCursor } from './head-cursor.ts';
import { createHeadRows, type HeadRows } from './head-rows.ts';
import { createServiceTables, type ServiceTables } from './service-tables.ts';

/**
 * What the records of one generation say, as far as they were published when it was last updated:
 * a table for each epoch and kind. Nothing of a profile but its head is decoded.
 */
export type HeadIndex = {
  readonly generation: number;
  /** Takes in what was published since the last time. */
  update(view: GenerationView): void;
  readonly tables: ServiceTables<HeadTable>;
  /** The generation is in no view any more. */
  release(): void;
};

export type HeadTable = {
  readonly tenant: string;
  readonly day: number;
  readonly kind: ProfileKind;
  readonly dictionary: EpochDictionary;
  /** Those that have a row, by their places in the table. */
  readonly streams: readonly Stream[];
  readonly registry: StreamRows;
  readonly rows: HeadRows;
  /** The bytes of the generation's chunks. */
  readonly chunks: readonly Uint8Array[];
};

type HeadEpoch = {
  readonly dictionary: EpochDictionary;
  readonly deltas: GrowingDeltas;
  readonly day: number;
  /** One for each kind. */
  readonly tables: GrowingTable[];
};

/**
 * A table knows the streams that it has rows of, and no others: were there a cell for each of the
 * generation's, ten thousand services would be ten thousand tables of ten thousand cells.
 */
type GrowingTable = { readonly table: HeadTable; readonly streams: Stream[] };

/** More than there are streams in a generation. */
const STREAM_NUMBERS = 2 ** 26;

export function createHeadIndex(
  generation: number,
  registryOf: (tenant: string) => SeriesRegistry,
  dictionaries: EpochDictionaries,
): HeadIndex {
  const chunks: Uint8Array[] = [];
  /** How far the last one was read. */
  let readBytes = 0;
  let readChunk = 0;
  const streams: Stream[] = [];
  const tenants: string[] = [];
  const epochs: HeadEpoch[] = [];
  const tables = createServiceTables<HeadTable>();
  /** Where profiles of a stream went last, as which of the table's streams, and for which epoch. */
  const tableOfStream: HeadTable[] = [];
  const placeOfStream: number[] = [];
  const epochOfStream: number[] = [];
  /** By epoch and stream: which of its table's streams it is. */
  const places = new Map<number, number>();
  const cursor = createHeadCursor();
  /** For records that are read again. */
  const cursorOfRows = createHeadCursor();

  function addStream(payload: Uint8Array): void {
    const { number, tenant, labels, sampleTypes, periodType } = readStreamRecord(payload);
    const known = registryOf(tenant);
    streams[number] = holdStream(known, labels, kindOfTypes({ sampleTypes, periodType }));
    tenants[number] = tenant;
  }

  function addEpoch(payload: Uint8Array): void {
    const { number, before, ...name } = readEpochRecord(payload);
    const dictionary = dictionaries.of(name);
    const deltas = createGrowingDeltas(generation, before, chunks);
    dictionary.addDeltas(deltas);
    epochs[number] = { dictionary, deltas, day: name.day, tables: [] };
  }

  function tableFor(streamNumber: number, epochNumber: number): HeadTable {
    const stream = streams[streamNumber];
    const epoch = epochs[epochNumber];
    if (stream === undefined || epoch === undefined) {
      throw new DamagedBytes(
        `generation ${generation}: a profile of stream ${streamNumber} and epoch ${epochNumber}, of which one is unknown`,
      );
    }
    const { kind } = stream;
    let growing = epoch.tables.find(({ table }) => table.kind.key === kind.key);
    if (growing === undefined) {
      growing = createTable(tenants[streamNumber] ?? '', epoch, kind);
      epoch.tables.push(growing);
      tables.add(growing.table);
    }
    const { table } = growing;
    const key = epochNumber * STREAM_NUMBERS + streamNumber;
    const place = places.get(key) ?? growing.streams.push(stream) - 1;
    places.set(key, place);
    tableOfStream[streamNumber] = table;
    placeOfStream[streamNumber] = place;
    epochOfStream[streamNumber] = epochNumber;
    return table;
  }

  function createTable(
    tenant: string,
    { dictionary, day }: HeadEpoch,
    kind: ProfileKind,
  ): GrowingTable {
    const ofTable: Stream[] = [];
    const registry: StreamRows = { streams: ofTable };
    const rows = createHeadRows(kind, chunks, cursorOfRows);
    return {
      table: { tenant, day, kind, dictionary, streams: ofTable, registry, rows, chunks },
      streams: ofTable,
    };
  }

  function addProfile(chunk: number, bytes: Uint8Array, start: number, end: number): void {
    cursor.read(bytes, start, end);
    const { stream, epoch } = cursor;
    const known = epochOfStream[stream] === epoch ? tableOfStream[stream] : undefined;
    const table = known ?? tableFor(stream, epoch);
    table.rows.append(cursor, placeOfStream[stream] ?? 0, chunk);
    if (cursor.rowsEnd > cursor.rowsAt) {
      epochs[epoch]?.deltas.push(chunk, cursor.rowsAt, cursor.rowsEnd);
    }
  }

  function readRecords(chunk: number, bytes: Uint8Array, to: number): void {
    forEachRecord(bytes, readBytes, to, (kind, start, end) => {
      if (kind === RECORD_KIND.profile) addProfile(chunk, bytes, start, end);
      else if (kind === RECORD_KIND.stream) addStream(bytes.subarray(start, end));
      else if (kind === RECORD_KIND.epoch) addEpoch(bytes.subarray(start, end));
    });
    readBytes = to;
  }

  return {
    generation,
    tables,
    update(view) {
      for (; readChunk < view.chunks.length; readChunk++, readBytes = 0) {
        const chunk = view.chunks[readChunk];
        if (chunk === undefined) return;
        const bytes = chunks[readChunk] ?? bytesOfChunk(chunk);
        chunks[readChunk] = bytes;
        const length = publishedBytes(chunk);
        if (length > readBytes) readRecords(readChunk, bytes, length);
        // Only the last one grows.
        if (readChunk === view.chunks.length - 1) return;
      }
    },
    release() {
      // Numbers are missing where damage took what declared them; `forEach` passes over those.
      epochs.forEach(({ dictionary, deltas }) => {
        dictionary.removeDeltas(deltas);
      });
      streams.forEach((stream, number) => {
        registryOf(tenants[number] ?? '').removeProfile(stream.id);
      });
    },
  };
}

/** A stream, held until `removeProfile` is called for it as often as this was. */
export function holdStream(registry: SeriesRegistry, labels: LabelSet, kind: ProfileKind): Stream {
  const stream = registry.intern(labels, kind);
  registry.addProfile(stream.id);
  return stream;
}

type GrowingDeltas = RowDeltas & { push(chunk: number, at: number, end: number): void };

function createGrowingDeltas(
  generation: number,
  before: RowDeltas['before'],
  chunks: readonly Uint8Array[],
): GrowingDeltas {
  const places: number[] = [];
  return {
    generation,
    before,
    length: () => places.length / 3,
    bytesOf(delta) {
      const [chunk = 0, at = 0, end = 0] = places.slice(3 * delta, 3 * delta + 3);
      const bytes = chunks[chunk];
      if (bytes === undefined) throw new Error(`no chunk ${chunk} of generation ${generation}`);
      return { bytes, at, end };
    },
    push(chunk, at, end) {
      places.push(chunk, at, end);
    },
  };
}
