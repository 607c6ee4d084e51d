import { decodeFile, encodeFile, jsonBytes, parseJson, RECORD_KIND } from './file-records.ts';
import { refuse } from './files-answer.ts';

/** A file that a person has uploaded, as it came. */
export type AdHocFile = {
  /** As the person's machine calls it. */
  readonly name: string;
  readonly uploadedAtMillis: number;
  readonly content: Uint8Array;
};

export function encodeAdHocFile({
  name,
  uploadedAtMillis,
  content,
}: AdHocFile): Uint8Array<ArrayBuffer> {
  const head = jsonBytes({ name, uploadedAt: uploadedAtMillis });
  return encodeFile([
    { kind: RECORD_KIND.uploaded, payload: head },
    { kind: RECORD_KIND.content, payload: content },
  ]);
}

/** The reverse of {@link encodeAdHocFile}; the content is a window on it. Refuses with `damaged`. */
export function decodeAdHocFile(bytes: Uint8Array, what: string): AdHocFile {
  const kinds = [RECORD_KIND.uploaded, RECORD_KIND.content];
  const [head = new Uint8Array(0), content = new Uint8Array(0)] = decodeFile(bytes, kinds, what);
  const facts = parseJson(head, what);
  const isObject = typeof facts === 'object' && facts !== null;
  if (!isObject || !('name' in facts && 'uploadedAt' in facts)) {
    return refuse('damaged', `${what} is damaged: it has no name`);
  }
  const { name, uploadedAt } = facts;
  if (typeof name !== 'string' || typeof uploadedAt !== 'number') {
    return refuse('damaged', `${what} is damaged: its name is none`);
  }
  return { name, uploadedAtMillis: uploadedAt, content };
}
