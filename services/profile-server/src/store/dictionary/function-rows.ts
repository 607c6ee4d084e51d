import type { FunctionIndex, FunctionTable, StringIndex } from '@emberscope/profile';
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
  /** Whether this is what a row holds. */
  isRow(
    row: FunctionIndex,
    name: StringIndex,
    systemName: StringIndex,
    fileName: StringIndex,
    startLine: number,
  ): boolean;
  /** While something may still come. */
  nameOf(row: FunctionIndex): StringIndex;
  view(): FunctionTable;
  /** Gives back what only `intern` needs. */
  close(): void;
  readonly bytes: () => number;
};

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

  function isRow(
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

  return {
    intern(name, systemName, fileName, startLine) {
      if (slots === undefined) throw new Error('the functions are closed');
      const hash = hashOf(name, systemName, fileName, startLine);
      for (let row = slots.first(hash); row !== NO_ROW; row = slots.next()) {
        if (isRow(row, name, systemName, fileName, startLine)) return row;
      }
      keepCells(name, systemName, fileName, startLine);
      slots.add(hash);
      names.push(name);
      systemNames.push(systemName);
      fileNames.push(fileName);
      startLines.push(startLine);
      return names.length() - 1;
    },
    isRow,
    nameOf: (row) => cells[CELLS * row] ?? 0,
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

function hashOf(name: number, systemName: number, fileName: number, startLine: number): number {
  const ofNames = mixHash(mixHash(0, name), systemName);
  return finishHash(mixHash(mixHash(ofNames, fileName), startLine));
}
