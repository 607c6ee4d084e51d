import type { Element } from '../stix/element.ts';

/** `malware--00000000-0000-4000-a000-000000000007` is id('malware', 7). */
export function id(type: string, number: number): string {
  return `${type}--00000000-0000-4000-a000-${number.toString(16).padStart(12, '0')}`;
}

export function malware(number: number, more: Partial<Element> = {}): Element {
  return { type: 'malware', id: id('malware', number), name: `malware ${number}`, ...more };
}

export function relationship(number: number, from: string, to: string): Element {
  return {
    type: 'relationship',
    id: id('relationship', number),
    relationship_type: 'uses',
    source_ref: from,
    target_ref: to,
  };
}

export type ReportElement = Element & { readonly object_refs: readonly string[] };

export function report(references: readonly string[]): ReportElement {
  return { type: 'report', id: id('report', 1), name: 'A report', object_refs: references };
}

/** A bundle of so many malwares and a report that refers to all of them. */
export function bundleOf(malwareCount: number): string {
  const elements = Array.from({ length: malwareCount }, (_, i) => malware(i));
  return bundle([...elements, report(elements.map((element) => element.id))]);
}

export function bundle(objects: readonly unknown[]): string {
  return JSON.stringify({ type: 'bundle', id: id('bundle', 1), objects });
}

/** `text` as bytes, cut into pieces of at most `pieceBytes`. */
export async function* piecesOf(text: string, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    yield bytes.subarray(from, from + pieceBytes);
  }
}
