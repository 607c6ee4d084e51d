import type { ByteCursor, Long, RecordedText, StringRef } from './byte-cursor.ts';
import { MalformedRecording } from './malformed-recording.ts';
import type { RecordedClass, RecordedClasses } from './recorded-classes.ts';

/** How the bytes of one value of a class lie: its fields one after another. */
export type Layout = {
  readonly name: string;
  readonly fields: readonly FieldLayout[];
  /** How many numbers a value is, where it is nothing else, as a frame is: else 0. */
  readonly longs: number;
};

export type FieldLayout = {
  readonly name: string;
  /** The name of its class, which is that of a pool where the value is pooled. */
  readonly className: string;
  readonly kind: 'pooled' | 'integer' | 'byte' | 'float' | 'double' | 'string' | 'struct';
  readonly isArray: boolean;
  /** Of a struct. Read late, since classes may refer to one another. */
  readonly layout: () => Layout;
};

/** What a field was: an array and a struct are passed over and leave nothing. */
export type FieldValue = Long | '' | RecordedText | StringRef | undefined;

export type Layouts = {
  /** By the id of a class. */
  of(classId: number): Layout;
  /** By name: undefined where the chunk has no such class. */
  named(className: string): Layout | undefined;
};

/** The class that is a string, in a pool or in a field. */
export const STRING_CLASS = 'java.lang.String';

const PRIMITIVES: ReadonlyMap<string, FieldLayout['kind']> = new Map([
  ['boolean', 'byte'],
  ['byte', 'byte'],
  ['char', 'integer'],
  ['short', 'integer'],
  ['int', 'integer'],
  ['long', 'integer'],
  ['float', 'float'],
  ['double', 'double'],
  [STRING_CLASS, 'string'],
]);

/** Values within values: the JDK's are two deep. A class that contains itself ends here. */
const MAX_DEPTH = 16;

/** Turns the classes of a chunk into layouts, each when it is first asked for. */
export function createLayouts(classes: RecordedClasses): Layouts {
  const layouts = new Map<number, Layout>();
  const idOfName = new Map([...classes.values()].map(({ name, id }) => [name, id]));

  function classOf(classId: number): RecordedClass {
    const found = classes.get(classId);
    if (found === undefined) throw new MalformedRecording(`class ${classId} is not described`);
    return found;
  }

  function layoutOf(classId: number): Layout {
    const known = layouts.get(classId);
    if (known !== undefined) return known;
    const { name, fields } = classOf(classId);
    const fieldLayouts = fields.map((field): FieldLayout => {
      const className = classOf(field.classId).name;
      return {
        name: field.name,
        className,
        kind: field.isPooled ? 'pooled' : (PRIMITIVES.get(className) ?? 'struct'),
        isArray: field.isArray,
        layout: () => layoutOf(field.classId),
      };
    });
    const layout = layoutOfFields(name, fieldLayouts);
    layouts.set(classId, layout);
    return layout;
  }

  return {
    of: layoutOf,
    named(className) {
      const id = idOfName.get(className);
      return id === undefined ? undefined : layoutOf(id);
    },
  };
}

export function layoutOfFields(name: string, fields: readonly FieldLayout[]): Layout {
  return { name, fields, longs: fields.every(isOneLong) ? fields.length : 0 };
}

/** Some fields of a class, chosen once, so that each of its values is read without looking. */
export type Selection = {
  readonly steps: readonly Step[];
  /** Places of the chosen that the class has no field for. */
  readonly absent: readonly number[];
};

/** What is done with a field: its place among the chosen, or -1. */
type Step = {
  readonly does: 'read long' | 'read byte' | 'read string' | 'skip long' | 'skip';
  readonly slot: number;
  readonly field: FieldLayout;
};

/** Chooses fields by name. An array is passed over, and so is a struct. */
export function selectFields({ fields }: Layout, names: readonly string[]): Selection {
  const steps = fields.map((field) => stepOf(field, names.indexOf(field.name)));
  const present = new Set(steps.map(({ slot }) => slot));
  return { steps, absent: [...names.keys()].filter((slot) => !present.has(slot)) };
}

function stepOf(field: FieldLayout, slot: number): Step {
  const { kind, isArray } = field;
  if (isArray || kind === 'struct' || kind === 'float' || kind === 'double' || slot === -1) {
    return { does: isOneLong(field) ? 'skip long' : 'skip', slot: -1, field };
  }
  const isLong = kind === 'pooled' || kind === 'integer';
  return { does: isLong ? 'read long' : `read ${kind}`, slot, field };
}

function isOneLong({ kind, isArray }: FieldLayout): boolean {
  return !isArray && (kind === 'pooled' || kind === 'integer');
}

/**
 * Reads a value; the fields that were chosen go into `values`, each at its place. Cells of fields
 * that the class does not have are undefined.
 */
export function readFields(
  cursor: ByteCursor,
  { steps, absent }: Selection,
  values: FieldValue[],
): void {
  for (let i = 0; i < absent.length; i++) values[absent[i]] = undefined;
  for (let i = 0; i < steps.length; i++) {
    const { does, slot, field } = steps[i];
    switch (does) {
      case 'skip long':
        cursor.skipLong();
        break;
      case 'read long':
        values[slot] = cursor.long();
        break;
      case 'read byte':
        values[slot] = cursor.byte();
        break;
      case 'read string':
        values[slot] = cursor.string();
        break;
      case 'skip':
        skipField(cursor, field, 0);
        break;
      default:
        does satisfies never;
    }
  }
}

/** Passes over a value, or over as many as an array has. */
export function skipField(cursor: ByteCursor, field: FieldLayout, depth: number): void {
  const count = field.isArray ? cursor.count('the length of an array') : 1;
  const longs = field.kind === 'struct' ? field.layout().longs : 0;
  if (longs > 0) {
    cursor.skipLongs(count * longs);
    return;
  }
  for (let i = 0; i < count; i++) {
    switch (field.kind) {
      case 'pooled':
      case 'integer':
        cursor.skipLong();
        break;
      case 'byte':
        cursor.skip(1);
        break;
      case 'float':
        cursor.skip(4);
        break;
      case 'double':
        cursor.skip(8);
        break;
      case 'string':
        cursor.skipString();
        break;
      case 'struct':
        skipValue(cursor, field.layout(), depth + 1);
        break;
      default:
        field.kind satisfies never;
    }
  }
}

export function skipValue(cursor: ByteCursor, { name, fields }: Layout, depth = 0): void {
  if (depth > MAX_DEPTH) throw new MalformedRecording(`values of ${name} are ${depth} levels deep`);
  // A value takes a byte at least, or else a few bytes could ask for any number of them.
  if (depth > 0 && fields.length === 0) throw new MalformedRecording(`${name} has no fields`);
  for (const field of fields) skipField(cursor, field, depth);
}
