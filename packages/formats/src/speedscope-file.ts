import {
  createStackInterner,
  NO_STACK,
  type StackIndex,
  type StackTable,
} from '@emberscope/profile';
import {
  array,
  type JsonObject,
  lineNumber,
  MalformedFile,
  number,
  object,
  optionalArray,
  readJson,
  text,
} from './json-shape.ts';

export const SPEEDSCOPE_SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

export type SpeedscopeUnit =
  | 'none'
  | 'nanoseconds'
  | 'microseconds'
  | 'milliseconds'
  | 'seconds'
  | 'bytes';

export type SpeedscopeFrame = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
};

/** How long (or how much) a stack was there: a row of the profile's stacks, a weight in the unit. */
export type SpeedscopeSegment = { readonly stack: StackIndex; readonly weight: number };

/** One profile of a file. An evented one has been turned into segments, in order of time. */
export type SpeedscopeProfile = {
  readonly kind: 'sampled' | 'evented';
  readonly name: string;
  readonly unit: SpeedscopeUnit;
  readonly startValue: number;
  readonly endValue: number;
  /**
   * Its locations are rows of the file's frames. A table, since an evented profile of n events names
   * n frames a segment: as lists, its segments could be n² long.
   */
  readonly stacks: StackTable;
  readonly segments: readonly SpeedscopeSegment[];
};

export type SpeedscopeFile = {
  readonly name: string;
  readonly frames: readonly SpeedscopeFrame[];
  readonly profiles: readonly SpeedscopeProfile[];
};

export type ParsedSpeedscope =
  | { readonly ok: true; readonly file: SpeedscopeFile }
  | { readonly ok: false; readonly reason: string };

/** Deeper stacks are refused: an evented profile that never closes would grow without end. */
export const SPEEDSCOPE_MAX_DEPTH = 65_536;

/** One is a thread, mostly. Each has tables of its own: 200,000 took more than a gigabyte. */
export const SPEEDSCOPE_MAX_PROFILES = 50_000;

/**
 * Of the trees that the stacks of profiles are, where they share their roots. Stacks that share
 * nothing take a second for these, and as pprof they are larger than a profile may be by default.
 */
export const SPEEDSCOPE_MAX_ROWS = 2_000_000;

/** Reads a speedscope file (its JSON schema is at {@link SPEEDSCOPE_SCHEMA}). */
export function parseSpeedscope(bytes: Uint8Array): ParsedSpeedscope {
  const read = readJson(bytes, (file): SpeedscopeFile => {
    const schema = text(file.$schema, '$schema');
    if (schema !== SPEEDSCOPE_SCHEMA) throw new MalformedFile(`Unknown schema: ${schema}`);
    const shared = object(file.shared, 'shared');
    const frames = array(shared.frames, 'shared.frames').map(parseFrame);
    const given = array(file.profiles, 'profiles');
    if (given.length > SPEEDSCOPE_MAX_PROFILES) {
      throw new MalformedFile(`${given.length} profiles, limit: ${SPEEDSCOPE_MAX_PROFILES}`);
    }
    let rowsLeft = SPEEDSCOPE_MAX_ROWS;
    const profiles = given.map((value, i) => {
      const profile = parseProfile(object(value, `profiles[${i}]`), frames.length, rowsLeft);
      rowsLeft -= profile.stacks.length;
      return profile;
    });
    return { name: text(file.name, 'name'), frames, profiles };
  });
  return read.ok ? { ok: true, file: read.value } : read;
}

function parseFrame(value: unknown, i: number): SpeedscopeFrame {
  const frame = object(value, `shared.frames[${i}]`);
  return {
    name: text(frame.name, `shared.frames[${i}].name`),
    file: text(frame.file, `shared.frames[${i}].file`),
    line: lineNumber(frame.line),
  };
}

function parseProfile(
  profile: JsonObject,
  frameCount: number,
  mostRows: number,
): SpeedscopeProfile {
  const kind = text(profile.type, 'a profile’s type');
  const header = {
    name: text(profile.name, 'a profile’s name'),
    unit: parseUnit(text(profile.unit, 'a profile’s unit')),
    startValue: numberOr(profile.startValue, 0, 'startValue'),
    endValue: numberOr(profile.endValue, 0, 'endValue'),
  };
  switch (kind) {
    case 'sampled':
      return { kind, ...header, ...parseSamples(profile, frameCount, mostRows) };
    case 'evented':
      return { kind, ...header, ...parseEvents(profile, frameCount, mostRows, header.startValue) };
    default:
      throw new MalformedFile(`Profile type ${kind} not supported`);
  }
}

function parseUnit(unit: string): SpeedscopeUnit {
  switch (unit) {
    case 'none':
    case 'nanoseconds':
    case 'microseconds':
    case 'milliseconds':
    case 'seconds':
    case 'bytes':
      return unit;
    default:
      throw new MalformedFile(`Unknown unit: ${unit}`);
  }
}

type Segments = Pick<SpeedscopeProfile, 'stacks' | 'segments'>;

function parseSamples(profile: JsonObject, frameCount: number, mostRows: number): Segments {
  const samples = array(profile.samples, 'samples');
  const weights = array(profile.weights, 'weights');
  if (samples.length !== weights.length) {
    throw new MalformedFile(
      `Unequal lengths of samples and weights: ${samples.length} != ${weights.length}`,
    );
  }
  const stacks = createStackInterner();
  const segments = samples.map((sample, i): SpeedscopeSegment => {
    const weight = number(weights[i], `weights[${i}]`);
    if (weight < 0) throw new MalformedFile(`Negative weight ${weight.toFixed(6)}`);
    let stack = NO_STACK;
    for (const frame of array(sample, `samples[${i}]`)) {
      stack = stacks.push(stack, parseFrameIndex(frame, frameCount));
    }
    checkRows(stacks.length(), mostRows);
    return { stack, weight };
  });
  return { stacks: stacks.finish(), segments };
}

/** Follows the stack through open and close events; each stretch between two is a segment. */
function parseEvents(
  profile: JsonObject,
  frameCount: number,
  mostRows: number,
  startValue: number,
): Segments {
  const stacks = createStackInterner();
  const segments: SpeedscopeSegment[] = [];
  /** The frames that are open, from the root, and the stack up to each. */
  const open: { readonly frame: number; readonly stack: StackIndex }[] = [];
  let last = startValue;
  for (const [i, value] of optionalArray(profile.events, 'events').entries()) {
    const event = object(value, `events[${i}]`);
    const at = number(event.at, `events[${i}].at`);
    const frame = parseFrameIndex(event.frame, frameCount);
    if (at < last) throw new MalformedFile(`Events out of order, ${at} < ${last}`);
    const stack = open.at(-1)?.stack ?? NO_STACK;
    if (stack !== NO_STACK) {
      segments.push({ stack, weight: number(at - last, `the time before events[${i}]`) });
    }
    last = at;
    if (event.type === 'O') {
      if (open.length === SPEEDSCOPE_MAX_DEPTH) {
        throw new MalformedFile(`events[${i}] is more than ${SPEEDSCOPE_MAX_DEPTH} deep`);
      }
      open.push({ frame, stack: stacks.push(stack, frame) });
      checkRows(stacks.length(), mostRows);
    } else if (event.type === 'C') {
      const closed = open.pop();
      if (closed === undefined) throw new MalformedFile(`No stack to close at ${at}`);
      if (closed.frame !== frame) throw new MalformedFile(`Closing non-open frame ${frame}`);
    } else {
      throw new MalformedFile(`Unknown event type ${text(event.type, 'an event’s type')}`);
    }
  }
  return { stacks: stacks.finish(), segments };
}

function checkRows(rows: number, mostRows: number): void {
  if (rows > mostRows) {
    throw new MalformedFile(`stacks of more than ${SPEEDSCOPE_MAX_ROWS} frames in all`);
  }
}

function parseFrameIndex(value: unknown, frameCount: number): number {
  const frame = number(value, 'a frame');
  if (!Number.isInteger(frame) || frame < 0 || frame >= frameCount) {
    throw new MalformedFile(`Invalid frame ${frame}`);
  }
  return frame;
}

function numberOr(value: unknown, fallback: number, what: string): number {
  return value === undefined || value === null ? fallback : number(value, what);
}
