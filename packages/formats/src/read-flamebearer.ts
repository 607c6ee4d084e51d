import {
  createNamedProfileBuilder,
  NO_STACK,
  type Profile,
  type StackIndex,
} from '@emberscope/profile';
import {
  array,
  index,
  type JsonObject,
  MalformedFile,
  number,
  object,
  readJson,
  text,
} from './json-shape.ts';

/** What a flame graph in JSON says of itself. */
export type FlamebearerMetadata = {
  readonly name: string;
  readonly units: string;
  readonly spyName: string;
  readonly sampleRate: number;
};

export type ReadFlamebearer =
  | { readonly ok: true; readonly profile: Profile; readonly metadata: FlamebearerMetadata }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a single flame graph as Pyroscope exports it: names, and levels of boxes from the root down,
 * four numbers a box, `[distance to the box before, total, self, name]`. The box of the first level
 * stands for all and becomes no frame. Files and lines are not in it.
 */
export function readFlamebearer(bytes: Uint8Array): ReadFlamebearer {
  const read = readJson(bytes, (file) => {
    const metadata = metadataOf(object(file.metadata, 'metadata'));
    return { metadata, profile: profileOf(object(file.flamebearer, 'flamebearer'), metadata) };
  });
  return read.ok ? { ok: true, ...read.value } : read;
}

function metadataOf(metadata: JsonObject): FlamebearerMetadata {
  const format = text(metadata.format, 'metadata.format');
  if (format !== 'single') {
    throw new MalformedFile(
      `metadata.format is ${JSON.stringify(format.slice(0, 40))}, not "single"`,
    );
  }
  const { sampleRate } = metadata;
  return {
    name: text(metadata.name, 'metadata.name'),
    units: text(metadata.units, 'metadata.units'),
    spyName: text(metadata.spyName, 'metadata.spyName'),
    sampleRate: sampleRate === undefined ? 0 : index(sampleRate, 'metadata.sampleRate'),
  };
}

const BOX_CELLS = 4;

/** The boxes of a level, from left to right. */
type Level = {
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly stack: readonly StackIndex[];
};

function profileOf(flamebearer: JsonObject, { name, units }: FlamebearerMetadata): Profile {
  const names = array(flamebearer.names, 'names').map((each, i) => text(each, `names[${i}]`));
  const levels = array(flamebearer.levels, 'levels');
  const builder = createNamedProfileBuilder({ sampleTypes: [{ type: name, unit: units }] });
  let callers: Level | undefined;
  for (const [depth, cells] of levels.entries()) {
    const level = levelOf(array(cells, `levels[${depth}]`), depth, callers, (caller, row, self) => {
      const name = names[row];
      if (name === undefined) {
        throw new MalformedFile(`levels[${depth}] has name ${row} of ${names.length}`);
      }
      if (depth === 0) return NO_STACK;
      const stack = builder.stacks.push(caller, builder.frame(name));
      if (self > 0) builder.addSample(stack, [self]);
      return stack;
    });
    callers = level;
  }
  return builder.finish();
}

function levelOf(
  cells: readonly unknown[],
  depth: number,
  callers: Level | undefined,
  add: (caller: StackIndex, name: number, self: number) => StackIndex,
): Level {
  const what = `levels[${depth}]`;
  if (cells.length % BOX_CELLS !== 0) {
    throw new MalformedFile(
      `${what} has ${cells.length} numbers, which are no boxes of ${BOX_CELLS}`,
    );
  }
  const level = { start: [] as number[], end: [] as number[], stack: [] as StackIndex[] };
  let x = 0;
  let caller = 0;
  for (let at = 0; at < cells.length; at += BOX_CELLS) {
    const start = x + amount(cells[at], what);
    const total = amount(cells[at + 1], what);
    const self = amount(cells[at + 2], what);
    x = start + total;
    if (!Number.isSafeInteger(x) || self > total) {
      throw new MalformedFile(`${what} has a box of ${self} in ${total} at ${start}`);
    }
    if (callers !== undefined) {
      while (caller < callers.end.length && (callers.end[caller] ?? 0) < x) caller++;
      if (!((callers.start[caller] ?? Number.NaN) <= start)) {
        throw new MalformedFile(`${what} has a box from ${start} to ${x} below no other`);
      }
    }
    level.start.push(start);
    level.end.push(x);
    const name = index(cells[at + 3], what);
    level.stack.push(add(callers?.stack[caller] ?? NO_STACK, name, self));
  }
  return level;
}

function amount(value: unknown, what: string): number {
  const amount = number(value, what);
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new MalformedFile(`${what} has ${amount}, which is no whole number from 0 to 2^53`);
  }
  return amount;
}
