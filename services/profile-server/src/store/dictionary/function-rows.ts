import type { FunctionIndex, FunctionTable, StringIndex } from '@emberscope/profile';
import { growableInt32 } from './growable-column.ts';
import { createHashSlots, finishHash, type HashSlots, mixHash } from './hash-slots.ts';

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

export function createFunctionRows(): FunctionRows {
  const names = growableInt32();
  const systemNames = growableInt32();
  const fileNames = growableInt32();
  const startLines = growableInt32();
  const columns = [names, systemNames, fileNames, startLines];
  let slots: HashSlots | undefined = createHashSlots();

  return {
    intern(name, systemName, fileName, startLine) {
      if (slots === undefined) throw new Error('the functions are closed');
      const ofNames = mixHash(mixHash(0, name), systemName);
      const hash = finishHash(mixHash(mixHash(ofNames, fileName), startLine));
      const known = slots.find(
        hash,
        (row) =>
          names.at(row) === name &&
          systemNames.at(row) === systemName &&
          fileNames.at(row) === fileName &&
          startLines.at(row) === startLine,
      );
      if (known !== -1) return known;
      slots.add(hash);
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
      for (const column of columns) column.trim();
    },
    bytes: () => columns.reduce((sum, column) => sum + column.bytes(), 0) + (slots?.bytes() ?? 0),
  };
}
