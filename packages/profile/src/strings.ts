/** Row of a string table. Row 0 is always the empty string, as in pprof. */
export type StringIndex = number;

export type StringInterner = {
  intern(text: string): StringIndex;
  finish(): readonly string[];
};

/** Gives each distinct string one row; the empty string is row 0 from the start. */
export function createStringInterner(): StringInterner {
  const strings: string[] = [''];
  const rowByString = new Map<string, StringIndex>([['', 0]]);
  return {
    intern(text) {
      let row = rowByString.get(text);
      if (row === undefined) {
        row = strings.length;
        strings.push(text);
        rowByString.set(text, row);
      }
      return row;
    },
    finish: () => strings.slice(),
  };
}
