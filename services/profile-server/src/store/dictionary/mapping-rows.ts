import type { MappingIndex, MappingRow, MappingTable } from '@emberscope/profile';
import { ARRAY_BYTES, MAP_ENTRY_BYTES, OBJECT_BYTES } from './heap-sizes.ts';

/**
 * Mappings, each distinct one once. What makes two equal is what pprof's merge takes for equal:
 * build id or else file, with size and offset, not where the loader happened to put it.
 *
 * Rows and a Map of texts, not columns: a process has a few hundred at most.
 */
export type MappingRows = {
  intern(mapping: MappingRow): MappingIndex;
  /** The row of one that is there. */
  find(mapping: MappingRow): MappingIndex | undefined;
  view(): MappingTable;
  readonly bytes: () => number;
};

/** A row holds three bigints, its key is a text of some 40 characters. */
const ROW_BYTES = OBJECT_BYTES + 3 * 24 + MAP_ENTRY_BYTES + 56;

export function createMappingRows(): MappingRows {
  const rows: MappingRow[] = [];
  const rowOf = new Map<string, MappingIndex>();
  /** Most queries find no new row. */
  let view: MappingTable | undefined;
  return {
    intern(mapping) {
      const key = keyOf(mapping);
      const known = rowOf.get(key);
      if (known !== undefined) return known;
      rowOf.set(key, rows.length);
      rows.push(mapping);
      return rows.length - 1;
    },
    find: (mapping) => rowOf.get(keyOf(mapping)),
    view() {
      if (view === undefined || view.length < rows.length) view = viewOf(rows);
      return view;
    },
    bytes: () => 2 * ARRAY_BYTES + rows.length * ROW_BYTES,
  };
}

function keyOf({ memoryStart, memoryLimit, fileOffset, fileName, buildId }: MappingRow): string {
  const binary = buildId === 0 ? `file ${fileName}` : `build ${buildId}`;
  return `${binary} ${memoryLimit - memoryStart} ${fileOffset}`;
}

function viewOf(rows: readonly MappingRow[]): MappingTable {
  return {
    length: rows.length,
    memoryStart: BigUint64Array.from(rows, ({ memoryStart }) => memoryStart),
    memoryLimit: BigUint64Array.from(rows, ({ memoryLimit }) => memoryLimit),
    fileOffset: BigUint64Array.from(rows, ({ fileOffset }) => fileOffset),
    fileName: Int32Array.from(rows, ({ fileName }) => fileName),
    buildId: Int32Array.from(rows, ({ buildId }) => buildId),
    has: Uint8Array.from(rows, ({ has }) => has),
  };
}
