import { createByteReader } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { RowCounts } from '../codec/dictionary-rows.ts';

/**
 * The kind of a record that stands before each profile that brings dictionary rows. Rows have no
 * numbers of their own: where damage has taken a record before, those behind would pass for others.
 * This says how many rows there were before, all sorts together.
 *
 *     epoch v, rows before v
 */
export const ROWS_CHECK_KIND = 4;

export type RowsCheck = { readonly epoch: number; readonly rowsBefore: number };

/** All sorts together. */
export function rowsOf({ strings, functions, mappings, locations, stacks }: RowCounts): number {
  return strings + functions + mappings + locations + stacks;
}

export function writeRowsCheck(out: ByteWriter, epoch: number, before: RowCounts): void {
  out.uvarint(epoch);
  out.uvarint(rowsOf(before));
}

export function readRowsCheck(payload: Uint8Array): RowsCheck {
  const from = createByteReader(payload);
  return { epoch: from.uvarint(), rowsBefore: from.uvarint() };
}
