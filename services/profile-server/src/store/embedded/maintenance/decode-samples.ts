import { type Int64Column, isWide } from '@emberscope/profile';
import { DamagedBytes } from '../codec/damaged-bytes.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import {
  createSampleScratch,
  readStackIds,
  readValueColumn,
  type SampleScratch,
} from '../codec/sample-sections.ts';

/** Samples of one profile or sum: columns whose first `length` cells count. */
export type DecodedSamples = {
  readonly length: number;
  /** Ascending; -1 for none. */
  readonly stack: Int32Array;
  /** One column for each sample type. */
  readonly values: readonly Int64Column[];
};

/** Reads samples again and again into the same memory: what it answers is good until the next call. */
export type SampleDecoder = {
  /** Throws {@link DamagedBytes}, also for a stack that is not below `stackCount`. */
  decode(samples: EncodedSamples, stackCount: number): DecodedSamples;
};

export function createSampleDecoder(typeCount: number): SampleDecoder {
  const ids = createSampleScratch();
  const columns = Array.from({ length: typeCount }, createSampleScratch);

  return {
    decode(samples, stackCount) {
      const { ids: idBytes } = samples;
      checkEnd('ids', idBytes, readStackIds(idBytes, 0, idBytes.length, ids, stackCount));
      for (const [type, scratch] of columns.entries()) {
        const bytes = samples.columns[type];
        if (bytes === undefined) throw new DamagedBytes(`no column of type ${type}`);
        scratch.length = ids.length;
        const readPrevious = () => copyValues(columns[type - 1], scratch);
        checkEnd('a column', bytes, readValueColumn(bytes, 0, bytes.length, scratch, readPrevious));
      }
      return {
        length: ids.length,
        stack: ids.stack,
        values: columns.map(({ values }) => values),
      };
    },
  };
}

function checkEnd(what: string, bytes: Uint8Array, end: number): void {
  if (end !== bytes.length) throw new DamagedBytes(`${bytes.length - end} bytes behind ${what}`);
}

function copyValues(from: SampleScratch | undefined, to: SampleScratch): void {
  if (from === undefined) throw new DamagedBytes('the first column is a multiple of one before');
  if (isWide(from.values)) {
    to.values = from.values;
    return;
  }
  if (isWide(to.values) || to.values.length < from.length) {
    to.values = new Float64Array(from.values.length);
  }
  to.values.set(from.values.subarray(0, from.length));
}
