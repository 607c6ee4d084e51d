import { type ByteCursor, RecordedText } from './byte-cursor.ts';
import { MalformedRecording } from './malformed-recording.ts';
import type { PartCounts } from './part-counts.ts';

/** A field as a chunk's metadata describes it. */
export type RecordedField = {
  readonly name: string;
  /** The id of its class. */
  readonly classId: number;
  /** Whether a key stands for the value, which is in the pool of its class. */
  readonly isPooled: boolean;
  readonly isArray: boolean;
};

/** A class of events or of values. */
export type RecordedClass = {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly RecordedField[];
};

export type RecordedClasses = ReadonlyMap<number, RecordedClass>;

/** Root, metadata, class, field, annotation: five, where one more would be a surprise. */
const MAX_DEPTH = 16;

const METADATA_EVENT = 0;

/**
 * Reads a metadata event, which `cursor` is at: a table of strings and a tree of elements with
 * attributes, of which the classes and their fields are kept.
 */
export function readClasses(cursor: ByteCursor, counts: PartCounts): RecordedClasses {
  cursor.end = cursor.eventEnd();
  const type = cursor.long();
  if (type !== METADATA_EVENT) throw new MalformedRecording(`an event of type ${type}`);
  // When it was written, how long that took, and which one it is.
  for (let i = 0; i < 3; i++) cursor.long();

  const stringCount = cursor.count('a number of strings');
  counts.metadataStrings.add(stringCount);
  const strings: string[] = [];
  for (let i = 0; i < stringCount; i++) {
    const text = cursor.string();
    strings.push(text instanceof RecordedText ? text.text() : '');
  }
  const tree: ElementTree = { strings, classes: new Map(), counts };
  readElement(cursor, tree, undefined, 0);
  return tree.classes;
}

type ElementTree = {
  readonly strings: readonly string[];
  readonly classes: Map<number, RecordedClass>;
  readonly counts: PartCounts;
};

function readElement(
  cursor: ByteCursor,
  tree: ElementTree,
  fields: RecordedField[] | undefined,
  depth: number,
): void {
  const { strings, classes } = tree;
  tree.counts.metadataElements.add(1);
  if (depth > MAX_DEPTH) throw new MalformedRecording(`elements ${depth} levels deep`);
  const element = readString(cursor, strings);
  const attributes = new Map<string, string>();
  const attributeCount = cursor.count('a number of attributes');
  for (let i = 0; i < attributeCount; i++) {
    const key = readString(cursor, strings);
    attributes.set(key, readString(cursor, strings));
  }
  let ownFields = fields;
  if (element === 'class') {
    const id = idOf(attributes, 'id');
    ownFields = [];
    classes.set(id, { id, name: attributes.get('name') ?? '', fields: ownFields });
  } else if (element === 'field') {
    fields?.push({
      name: attributes.get('name') ?? '',
      classId: idOf(attributes, 'class'),
      isPooled: attributes.get('constantPool') === 'true',
      isArray: Number(attributes.get('dimension') ?? 0) > 0,
    });
  }
  const childCount = cursor.count('a number of elements');
  for (let i = 0; i < childCount; i++) {
    readElement(cursor, tree, ownFields, depth + 1);
  }
}

function readString(cursor: ByteCursor, strings: readonly string[]): string {
  const row = Number(cursor.long());
  const text = strings[row];
  if (text === undefined) throw new MalformedRecording(`string ${row} of ${strings.length}`);
  return text;
}

function idOf(attributes: ReadonlyMap<string, string>, name: string): number {
  const id = Number(attributes.get(name));
  if (Number.isSafeInteger(id)) return id;
  throw new MalformedRecording(`class ${JSON.stringify(attributes.get(name))}`);
}
