import type { FunctionIndex, FunctionTable, StringIndex } from '@emberscope/profile';
import { FIND_BLOCK, NOT_FOUND } from './find-block.ts';
import { growableInt32 } from './growable-column.ts';
import { createHashSlots, finishHash, type HashSlots, mixHash, NO_ROW } from './hash-slots.ts';

/** Functions, each distinct one once: equal when all four fields are. */
export type FunctionRows = {
  intern(
    name: StringIndex,
    systemName: StringIndex,
    fileName: StringIndex,
    startLine: number,
  ): FunctionIndex;
  /**
   * Finds the rows of all functions of a table, whose strings have the rows `stringOf`: a cell for
   * each, {@link NOT_FOUND} where there is none. While something may still come.
   */
  find(table: FunctionTable, stringOf: Int32Array, found: Int32Array): void;
  view(): FunctionTable;
  /** Gives back what only `intern` needs. */
  close(): void;
  readonly bytes: () => number;
};

/** Of a block of functions; one for all tables of a thread. */
const hashes = new Int32Array(FIND_BLOCK);
const firstRows = new Int32Array(FIND_BLOCK);
const firstNames = new Int32Array(FIND_BLOCK);

const CELLS = 4;
const INITIAL_ROWS = 8;

export function createFunctionRows(): FunctionRows {
  const names = growableInt32();
  const systemNames = growableInt32();
  const fileNames = growableInt32();
  const startLines = growableInt32();
  const columns = [names, systemNames, fileNames, startLines];
  /** What rows are compared by: all of one in one place, as long as there is something to find. */
  let cells = new Int32Array(CELLS * INITIAL_ROWS);
  let slots: HashSlots | undefined = createHashSlots((row) => {
    const at = CELLS * row;
    return hashOf(cells[at] ?? 0, cells[at + 1] ?? 0, cells[at + 2] ?? 0, cells[at + 3] ?? 0);
  });

  function keepCells(name: number, systemName: number, fileName: number, startLine: number): void {
    const at = CELLS * names.length();
    if (at === cells.length) {
      const larger = new Int32Array(2 * cells.length);
      larger.set(cells);
      cells = larger;
    }
    cells[at] = name;
    cells[at + 1] = systemName;
    cells[at + 2] = fileName;
    cells[at + 3] = startLine;
  }

  return {
    intern(name, systemName, fileName, startLine) {
      if (slots === undefined) throw new Error('the functions are closed');
      const hash = hashOf(name, systemName, fileName, startLine);
      for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) {
        if (isRow(cells, row, name, systemName, fileName, startLine)) return row;
      }
      keepCells(name, systemName, fileName, startLine);
      slots.add(hash);
      names.push(name);
      systemNames.push(systemName);
      fileNames.push(fileName);
      startLines.push(startLine);
      return names.length() - 1;
    },
    find(table, stringOf, found) {
      if (slots === undefined) throw new Error('the functions are closed');
      // What lies in closures is fetched anew by each step of a loop: columns are handed over.
      const rows = { slots: slots.cells(), cells };
      for (let at = 0; at < table.length; at += FIND_BLOCK) {
        findBlock(rows, table, stringOf, at, Math.min(table.length, at + FIND_BLOCK), found);
      }
    },
    view: () => ({
      length: names.length(),
      name: names.view(),
      systemName: systemNames.view(),
      fileName: fileNames.view(),
      startLine: startLines.view(),
    }),
    close() {
      slots = undefined;
      cells = new Int32Array(0);
      for (const column of columns) column.trim();
    },
    bytes: () =>
      columns.reduce((sum, column) => sum + column.bytes(), 0) +
      cells.byteLength +
      (slots?.bytes() ?? 0),
  };
}

function findBlock(
  { slots, cells }: { readonly slots: Int32Array; readonly cells: Int32Array },
  { name, systemName, fileName, startLine }: FunctionTable,
  stringOf: Int32Array,
  at: number,
  atEnd: number,
  found: Int32Array,
): void {
  const mask = slots.length - 1;
  for (let i = at; i < atEnd; i++) {
    const newName = stringOf[name[i] ?? 0] ?? NOT_FOUND;
    const newSystemName = stringOf[systemName[i] ?? 0] ?? NOT_FOUND;
    const newFileName = stringOf[fileName[i] ?? 0] ?? NOT_FOUND;
    hashes[i - at] = hashOf(newName, newSystemName, newFileName, startLine[i] ?? 0);
  }
  const count = atEnd - at;
  for (let i = 0; i < count; i++) firstRows[i] = (slots[(hashes[i] ?? 0) & mask] ?? 0) - 1;
  for (let i = 0; i < count; i++) firstNames[i] = cells[CELLS * (firstRows[i] ?? 0)] ?? 0;
  for (let i = at; i < atEnd; i++) {
    const newName = stringOf[name[i] ?? 0] ?? NOT_FOUND;
    const newSystemName = stringOf[systemName[i] ?? 0] ?? NOT_FOUND;
    const newFileName = stringOf[fileName[i] ?? 0] ?? NOT_FOUND;
    const line = startLine[i] ?? 0;
    let slot = hashes[i - at] ?? 0;
    let row = firstRows[i - at] ?? NO_ROW;
    if (row !== NO_ROW && firstNames[i - at] !== newName) row = (slots[++slot & mask] ?? 0) - 1;
    while (row !== NO_ROW && !isRow(cells, row, newName, newSystemName, newFileName, line)) {
      row = (slots[++slot & mask] ?? 0) - 1;
    }
    found[i] = row === NO_ROW ? NOT_FOUND : row;
  }
}

function isRow(
  cells: Int32Array,
  row: number,
  name: number,
  systemName: number,
  fileName: number,
  startLine: number,
): boolean {
  const at = CELLS * row;
  return (
    cells[at] === name &&
    cells[at + 1] === systemName &&
    cells[at + 2] === fileName &&
    cells[at + 3] === startLine
  );
}

function hashOf(name: number, systemName: number, fileName: number, startLine: number): number {
  const ofNames = mixHash(mixHash(0, name), systemName);
  return finishHash(mixHash(mixHash(ofNames, fileName), startLine));
}
