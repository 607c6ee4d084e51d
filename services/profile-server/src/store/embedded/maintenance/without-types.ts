import { type Int64Column, pickInt64 } from '@emberscope/profile';
import { createByteReader } from '../codec/byte-reader.ts';
import { createByteWriter } from '../codec/byte-writer.ts';
import type { EncodedSamples } from '../codec/log-records.ts';
import {
  readTracing,
  writeStackIds,
  writeTracing,
  writeValueColumn,
} from '../codec/sample-sections.ts';
import type { DecodedSamples } from './decode-samples.ts';

/**
 * The samples of a profile of which some sample types were deleted, encoded anew. Samples that have
 * no value left go.
 */
export function encodeWithoutTypes(
  { length, stack, values }: DecodedSamples,
  tracing: Uint8Array | undefined,
  isDeleted: readonly boolean[],
): EncodedSamples {
  const isLeft = (row: number): boolean =>
    values.some((column, type) => isDeleted[type] !== true && Number(column[row] ?? 0) !== 0);
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (isLeft(row)) rows.push(row);

  const ids = createByteWriter();
  writeStackIds(
    ids,
    rows.map((row) => stack[row] ?? 0),
    rows.length,
  );
  const columns: Uint8Array[] = [];
  let previous: Int64Column | undefined;
  for (const [type, column] of values.entries()) {
    const cells =
      isDeleted[type] === true ? new Float64Array(rows.length) : pickInt64(column, rows);
    const out = createByteWriter();
    writeValueColumn(out, cells, cells.length, previous);
    columns.push(out.view());
    previous = cells;
  }
  if (tracing === undefined) return { ids: ids.view(), columns, tracing };
  const read = readTracing(createByteReader(tracing), length);
  const out = createByteWriter();
  writeTracing(
    out,
    read.rows,
    rows.map((row) => read.rowOf[row] ?? -1),
    rows.length,
  );
  return { ids: ids.view(), columns, tracing: out.view() };
}
