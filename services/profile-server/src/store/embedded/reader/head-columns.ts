import { growableFloat64, growableInt32, growableUint8 } from '../../dictionary/growable-column.ts';
import { growableInt64 } from '../../dictionary/growable-int64.ts';
import type { RowColumns } from '../../parts/part-table.ts';
import type { ProfileKind } from '../../parts/profile-kind.ts';
import { NO_REMARKS, type ProfileRemarks } from '../../parts/profile-remarks.ts';
import { createByteReader } from '../codec/byte-reader.ts';
import { readRemarks } from '../codec/log-records.ts';
import type { HeadCursor } from './head-cursor.ts';

/** What rows of a table of the head say about themselves, column by column. */
export type GrowingHeadColumns = {
  /** `stream`: its place in the table. */
  append(profile: HeadCursor, stream: number, chunk: number, bytes: Uint8Array): void;
  /** The columns as they stand; the same object until a row comes. */
  view(): HeadColumns;
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

export function createHeadColumns({ sampleTypes }: ProfileKind): GrowingHeadColumns {
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
  let view: HeadColumns | undefined;

  return {
    append(profile, stream, chunk, bytes) {
      view = undefined;
      streamOf.push(stream);
      timeMillis.push(profile.timeMillis);
      timeNanosOnTop.push(profile.timeNanosOnTop);
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
    view: () =>
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
    commonRemarks: () => (hasOneRemark ? distinctRemarks.at(remarks.at(0)) : undefined),
    remarksAt: (row) => distinctRemarks.at(remarks.at(row)),
  };
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
