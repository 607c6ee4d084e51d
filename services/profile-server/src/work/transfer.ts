import type { Profile } from '@emberscope/profile';
import type { PushSeries } from '../store/push.ts';

/**
 * The buffers behind the columns of some series, each once: they change hands instead of being
 * copied. Series that were split from one profile share most of theirs.
 */
export function buffersOf(series: readonly PushSeries[]): readonly ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { profiles } of series) {
    for (const { profile } of profiles) {
      for (const column of columnsOf(profile)) {
        // A column without cells may lie in a buffer that every other such column lies in too.
        if (column.buffer instanceof ArrayBuffer && column.byteLength > 0) {
          buffers.add(column.buffer);
        }
      }
    }
  }
  return [...buffers];
}

type Column = { readonly buffer: ArrayBufferLike; readonly byteLength: number };

function* columnsOf({ symbols, stacks, labelSets, samples }: Profile): Iterable<Column> {
  for (const table of [symbols.functions, symbols.mappings, symbols.locations, stacks, labelSets]) {
    for (const column of Object.values(table)) if (ArrayBuffer.isView(column)) yield column;
  }
  yield samples.stack;
  yield samples.labels;
  yield* samples.values;
}
