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
  let slots: HashSlots | undefined = createHashSlots();
  /** What rows are compared by: all of one in one place, as long as there is something to find. */
  let cells = new Int32Array(CELLS * INITIAL_ROWS);

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
      const ofNames = mixHash(mixHash(0, name), systemName);
      const hash = finishHash(mixHash(mixHash(ofNames, fileName), startLine));
      for (let row = slots.first(hash); row !== NO_ROW; row = slots.next(hash)) {
        const at = CELLS * row;
        if (
          cells[at] === name &&
          cells[at + 1] === systemName &&
          cells[at + 2] === fileName &&
          cells[at + 3] === startLine
        ) {
          return row;
        }
      }
      slots.add(hash);
      keepCells(name, systemName, fileName, startLine);
      names.push(name);
      systemNames.push(systemName);
      fileNames.push(fileName);
      startLines.push(startLine);
      return names.length() - 1;
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
