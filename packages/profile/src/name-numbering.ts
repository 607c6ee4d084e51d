/**
 * The names of a flame graph, numbered in the order in which boxes are written. The root's name
 * is written as `total`; a frame that is really named so shares its number.
 */
export type NameNumbering = {
  readonly names: readonly string[];
  numberOf(name: string): number;
};

const ROOT_NAME = 'total';

export function createNameNumbering(): NameNumbering {
  const names: string[] = [];
  const numberByName = new Map<string, number>();
  return {
    names,
    numberOf(name) {
      const written = names.length === 0 ? ROOT_NAME : name;
      let number = numberByName.get(written);
      if (number === undefined) {
        number = names.length;
        names.push(written);
        numberByName.set(written, number);
      }
      return number;
    },
  };
}
