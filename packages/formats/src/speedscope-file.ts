import {
  array,
  index,
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

/** How long (or how much) a stack was there: frames from the root, a weight in the unit. */
export type SpeedscopeSegment = { readonly frames: readonly number[]; readonly weight: number };

/** One profile of a file. An evented one has been turned into segments, in order of time. */
export type SpeedscopeProfile = {
  readonly kind: 'sampled' | 'evented';
  readonly name: string;
  readonly unit: SpeedscopeUnit;
  readonly startValue: number;
  readonly endValue: number;
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

/**
 * Frames of all segments together: an evented profile of n events names n frames a segment, so its
 * segments could be n² long.
 */
export const SPEEDSCOPE_MAX_SEGMENT_FRAMES = 50_000_000;

/** Reads a speedscope file (its JSON schema is at {@link SPEEDSCOPE_SCHEMA}). */
export function parseSpeedscope(bytes: Uint8Array): ParsedSpeedscope {
  const read = readJson(bytes, (file): SpeedscopeFile => {
    const schema = text(file.$schema, '$schema');
    if (schema !== SPEEDSCOPE_SCHEMA) throw new MalformedFile(`Unknown schema: ${schema}`);
    const shared = object(file.shared, 'shared');
    const frames = array(shared.frames, 'shared.frames').map(parseFrame);
    const profiles = array(file.profiles, 'profiles').map((profile, i) =>
      parseProfile(object(profile, `profiles[${i}]`), frames.length),
    );
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

function parseProfile(profile: JsonObject, frameCount: number): SpeedscopeProfile {
  const kind = text(profile.type, 'a profile’s type');
  const header = {
    name: text(profile.name, 'a profile’s name'),
    unit: parseUnit(text(profile.unit, 'a profile’s unit')),
    startValue: numberOr(profile.startValue, 0, 'startValue'),
    endValue: numberOr(profile.endValue, 0, 'endValue'),
  };
  switch (kind) {
    case 'sampled':
      return { kind, ...header, segments: parseSamples(profile, frameCount) };
    case 'evented':
      return { kind, ...header, segments: parseEvents(profile, frameCount, header.startValue) };
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

function parseSamples(profile: JsonObject, frameCount: number): SpeedscopeSegment[] {
  const samples = array(profile.samples, 'samples');
  const weights = array(profile.weights, 'weights');
  if (samples.length !== weights.length) {
    throw new MalformedFile(
      `Unequal lengths of samples and weights: ${samples.length} != ${weights.length}`,
    );
  }
  return samples.map((sample, i) => {
    const weight = number(weights[i], `weights[${i}]`);
    if (weight < 0) throw new MalformedFile(`Negative weight ${weight.toFixed(6)}`);
    const frames = array(sample, `samples[${i}]`).map((frame) =>
      parseFrameIndex(frame, frameCount),
    );
    return { frames, weight };
  });
}

/** Follows the stack through open and close events; each stretch between two is a segment. */
function parseEvents(
  profile: JsonObject,
  frameCount: number,
  startValue: number,
): SpeedscopeSegment[] {
  const segments: SpeedscopeSegment[] = [];
  const stack: number[] = [];
  let last = startValue;
  let segmentFrames = 0;
  for (const [i, value] of optionalArray(profile.events, 'events').entries()) {
    const event = object(value, `events[${i}]`);
    const at = number(event.at, `events[${i}].at`);
    const frame = parseFrameIndex(event.frame, frameCount);
    if (at < last) throw new MalformedFile(`Events out of order, ${at} < ${last}`);
    if (stack.length > 0) {
      segmentFrames += stack.length;
      if (segmentFrames > SPEEDSCOPE_MAX_SEGMENT_FRAMES) {
        throw new MalformedFile(
          `more than ${SPEEDSCOPE_MAX_SEGMENT_FRAMES} frames in all segments`,
        );
      }
      segments.push({
        frames: stack.slice(),
        weight: number(at - last, `the time before events[${i}]`),
      });
    }
    last = at;
    if (event.type === 'O') {
      if (stack.length === SPEEDSCOPE_MAX_DEPTH) {
        throw new MalformedFile(`events[${i}] is more than ${SPEEDSCOPE_MAX_DEPTH} deep`);
      }
      stack.push(frame);
    } else if (event.type === 'C') {
      const open = stack.pop();
      if (open === undefined) throw new MalformedFile(`No stack to close at ${at}`);
      if (open !== frame) throw new MalformedFile(`Closing non-open frame ${frame}`);
    } else {
      throw new MalformedFile(`Unknown event type ${text(event.type, 'an event’s type')}`);
    }
  }
  return segments;
}

function parseFrameIndex(value: unknown, frameCount: number): number {
  const frame = number(value, 'a frame');
  if (!Number.isInteger(frame) || frame < 0 || frame >= frameCount) {
    throw new MalformedFile(`Invalid frame ${frame}`);
  }
  return index(frame, 'a frame');
}

function numberOr(value: unknown, fallback: number, what: string): number {
  return value === undefined || value === null ? fallback : number(value, what);
}
