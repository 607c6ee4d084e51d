import type { Texts } from './texts.ts';

/**
 * An export that contradicts itself or asks for too much: nothing of it is stored. Thrown by the
 * conversion alone, caught by `prepareExport` alone. The message is in Pyroscope's words where
 * clients have come to know them.
 */
export class Unconvertible extends Error {
  override readonly name = 'Unconvertible';
}

/** As {@link rowAt}, of the strings of a dictionary. */
export function textAt(texts: Texts, index: number, what: string): string {
  const text = texts.at(index);
  if (text === undefined) throw new Unconvertible(`${what}: index ${index} out of bounds`);
  return text;
}

/** The row of a table that an index stands for. `what` begins the message: `could not access …`. */
export function rowAt<Row>(table: readonly Row[], index: number, what: string): Row {
  const row = table[index];
  if (row === undefined) throw new Unconvertible(`${what}: index ${index} out of bounds`);
  return row;
}
