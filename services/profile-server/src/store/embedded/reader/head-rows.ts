import { growableFloat64, growableInt32, growableUint8 } from '../../dictionary/growable-column.ts';
import { growableInt64 } from '../../dictionary/growable-int64.ts';
import type { RowColumns } from '../../parts/part-table.ts';
import type { ProfileKind } from '../../parts/profile-kind.ts';
import { NO_REMARKS, type ProfileRemarks } from '../../parts/profile-remarks.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { readRemarks } from '../codec/log-records.ts';
import type { HeadCursor } from './head-cursor.ts';

/**
 * Profiles of one epoch and kind in one generation of the log, in the order of the log, which is
 * that of their arrival. A row says where in the chunks the rest of its profile stands.
 */
export type HeadRows = {
  /** `stream`: its place in the table. */
  append(profile: HeadCursor, stream: number, chunk: number, bytes: Uint8Array): void;
  /** The columns as they stand; the same object until a row comes. */
  columns(): HeadColumns;
  readonly length: () => number;
  /** No row lies outside of these two, in ms since the epoch. */
  readonly oldestMillis: () => number;
  readonly newestMillis: () => number;
  /** A cell for each stream, by its place in the table. */
  readonly streams: () => HeadStreams;
  remarksAt(row: number): ProfileRemarks;
  /** Those of all rows; undefined when they differ. */
  commonRemarks(): ProfileRemarks | undefined;
};

export type HeadColumns = RowColumns & {
  readonly length: number;
  /** Which chunk of the generation, and where in it: the 16 bytes of the id, the samples. */
  readonly chunk: Int32Array;
  readonly idAt: Int32Array;
  readonly samplesAt: Int32Array;
  readonly hasTracing: Uint8Array;
};

/** What is known of the streams of a table without a look at its rows. */
export type HeadStreams = {
  /** The columns may have room for more. */
  readonly length: number;
  /** Bit for each sample type that any of its profiles has a value of; 0 where it has none. */
  readonly typeBits: Float64Array;
  /** In ms since the epoch, rounded outwards. */
  readonly oldestMillis: Float64Array;
  readonly newestMillis: Float64Array;
};

export function createHeadRows({ sampleTypes }: ProfileKind): HeadRows {
  const streamOf = growableInt32();
  const timeMillis = growableFloat64();
  const timeNanosOnTop = growableInt32();
  const arrival = growableFloat64();
  const durationNanos = growableInt64();
  const period = growableInt64();
  const totals = sampleTypes.map(growableInt64);
  const remarks = growableInt32();
  const chunkOf = growableInt32();
  const idAt = growableInt32();
  const samplesAt = growableInt32();
  const hasTracing = growableUint8();
  const distinctRemarks = createRemarkPlaces();
  let hasOneRemark = true;
  let oldestMillis = Number.POSITIVE_INFINITY;
  let newestMillis = Number.NEGATIVE_INFINITY;
  const streams = createHeadStreams();
  let view: HeadColumns | undefined;

  return {
    append(profile, stream, chunk, bytes) {
      view = undefined;
      streamOf.push(stream);
      streams.meet(stream, profile);
      timeMillis.push(profile.timeMillis);
      timeNanosOnTop.push(profile.timeNanosOnTop);
      if (profile.timeMillis < oldestMillis) oldestMillis = profile.timeMillis;
      if (profile.timeMillis > newestMillis) newestMillis = profile.timeMillis;
      arrival.push(profile.arrival);
      durationNanos.push(profile.durationNanos);
      period.push(profile.period);
      for (let type = 0; type < totals.length; type++) {
        totals[type]?.push(profile.totals[type] ?? 0);
      }
      const remark = distinctRemarks.placeOf(bytes, profile.remarksAt, profile.remarksEnd);
      remarks.push(remark);
      if (remark !== remarks.at(0)) hasOneRemark = false;
      chunkOf.push(chunk);
      idAt.push(profile.idAt);
      samplesAt.push(profile.samplesAt);
      hasTracing.push(profile.hasTracing ? 1 : 0);
    },
    columns: () =>
      (view ??= {
        length: streamOf.length(),
        stream: streamOf.view(),
        timeMillis: timeMillis.view(),
        timeNanosOnTop: timeNanosOnTop.view(),
        arrival: arrival.view(),
        durationNanos: durationNanos.view(),
        period: period.view(),
        totals: totals.map((column) => column.view()),
        profileCount: undefined,
        chunk: chunkOf.view(),
        idAt: idAt.view(),
        samplesAt: samplesAt.view(),
        hasTracing: hasTracing.view(),
      }),
    length: streamOf.length,
    oldestMillis: () => oldestMillis,
    newestMillis: () => newestMillis,
    streams: streams.view,
    commonRemarks: () => (hasOneRemark ? distinctRemarks.at(remarks.at(0)) : undefined),
    remarksAt: (row) => distinctRemarks.at(remarks.at(row)),
  };
}

/** Most services have a few pods. */
const INITIAL_STREAMS = 4;

function createHeadStreams() {
  let typeBits = new Float64Array(INITIAL_STREAMS);
  let oldestMillis = new Float64Array(INITIAL_STREAMS);
  let newestMillis = new Float64Array(INITIAL_STREAMS);
  let length = 0;

  function grow(to: number): void {
    const enlarged = (cells: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(Math.max(to, 2 * cells.length));
      larger.set(cells);
      return larger;
    };
    typeBits = enlarged(typeBits);
    oldestMillis = enlarged(oldestMillis);
    newestMillis = enlarged(newestMillis);
  }

  return {
    view: (): HeadStreams => ({ length, typeBits, oldestMillis, newestMillis }),
    meet(stream: number, { timeMillis, totals }: HeadCursor): void {
      if (stream >= typeBits.length) grow(stream + 1);
      if (stream >= length) length = stream + 1;
      let bits = typeBits[stream] ?? 0;
      // A time may have nanoseconds on top: rounded outwards, the newest lies a millisecond later.
      if (bits === 0 || timeMillis < (oldestMillis[stream] ?? 0)) oldestMillis[stream] = timeMillis;
      if (bits === 0 || timeMillis >= (newestMillis[stream] ?? 0)) {
        newestMillis[stream] = timeMillis + 1;
      }
      for (let type = 0; type < totals.length; type++) {
        if ((totals[type] ?? 0) > 0 && !hasTypeBit(bits, type)) bits += 2 ** type;
      }
      typeBits[stream] = bits;
    },
  };
}

/** Bits as a double: there may be more types than an integer of 32 bits has. */
export function hasTypeBit(bits: number, type: number): boolean {
  return Math.floor(bits / 2 ** type) % 2 === 1;
}

/** Distinct remarks by place; 0 is "none". Most profiles have those of the one before. */
function createRemarkPlaces() {
  const distinct: ProfileRemarks[] = [NO_REMARKS];
  const placeOfBytes = new Map<string, number>();
  let before: Uint8Array = new Uint8Array(0);
  let placeBefore = 0;
  return {
    at: (place: number): ProfileRemarks => distinct[place] ?? NO_REMARKS,
    placeOf(bytes: Uint8Array, at: number, end: number): number {
      if (at === end) return 0;
      if (isSame(before, bytes, at, end)) return placeBefore;
      before = bytes.slice(at, end);
      const key = Buffer.from(before).toString('latin1');
      const known = placeOfBytes.get(key);
      placeBefore = known ?? distinct.length;
      if (known === undefined) {
        placeOfBytes.set(key, placeBefore);
        distinct.push(readRemarks(createByteReader(before)));
      }
      return placeBefore;
    },
  };
}

function isSame(before: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (before.length !== end - at) return false;
  for (let i = 0; i < before.length; i++) if (before[i] !== bytes[at + i]) return false;
  return true;
}
