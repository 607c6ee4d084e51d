import type { Profile, ValueType } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ColumnArena } from './column-arena.ts';
import { FunctionRows } from './function-rows.ts';
import { Header, type ValueTypeRow } from './header.ts';
import { LabelSetRows } from './label-set-rows.ts';
import { MAX_SAMPLE_TYPES, type PprofLimits, PYROSCOPE_PPROF_LIMITS } from './limits.ts';
import { LocationRows } from './location-rows.ts';
import { MappingRows } from './mapping-rows.ts';
import type { PprofMemory } from './pprof-memory.ts';
import { SampleRows } from './sample-rows.ts';
import { Int32Scratch } from './scratch-columns.ts';
import { StringRows } from './string-rows.ts';
import { findDefect, type PprofRows } from './validate.ts';
import { MalformedWire, WireReader } from './wire-reader.ts';

export type PprofReadOptions = {
  /** Pyroscope's defaults when absent. */
  readonly limits?: PprofLimits;
  /**
   * Mends what Pyroscope's old .NET agent writes and Pyroscope's `/ingest` forgives: functions
   * without ids (when all lack one and there are as many as locations, each takes the id of the
   * location in its place) and dashes in the names of sample types (they become underscores).
   */
  readonly repairDotnet?: boolean;
  /**
   * Where the columns and strings of the profile are put: THEY HOLD UNTIL THE NEXT PROFILE IS READ
   * INTO THE SAME MEMORY. Its strings are decoded as they are asked for, as long as they hold.
   * When absent the profile has memory of its own, and all of its strings are there.
   */
  readonly memory?: PprofMemory | undefined;
};

/** What was left out of a profile or shortened although the profile is taken. */
export type PprofLosses = {
  /** Samples that refer to a location that is not there, or to one of the next. */
  readonly droppedSamples: number;
  /** Locations that refer to a mapping or to a function that is not there. */
  readonly droppedLocations: number;
  /** Stacks deeper than the limit: their leaf side is cut off. */
  readonly cutStacks: number;
  /** Strings longer than the limit: their beginning is cut off. */
  readonly cutStrings: number;
};

export type PprofRead =
  | {
      readonly ok: true;
      readonly profile: Profile;
      readonly losses: PprofLosses;
    }
  /** The bytes are not protobuf, or not that of a profile. */
  | { readonly ok: false; readonly kind: 'not-pprof'; readonly reason: string }
  /** A profile that contradicts itself. The reason is in Pyroscope's words. */
  | { readonly ok: false; readonly kind: 'invalid'; readonly reason: string }
  /** A profile past a limit. The reason continues `the profile with labels '{…}' `. */
  | {
      readonly ok: false;
      readonly kind: 'too-many-samples' | 'too-many-sample-labels';
      readonly reason: string;
      readonly actual: number;
      readonly limit: number;
    };

/**
 * Reads one pprof profile (`google/pprof`, `proto/profile.proto`) from plain protobuf bytes:
 * gunzipping, and bounding what comes out of it, is the caller's business. Takes whatever proto3
 * allows: fields in any order, packed or not, unknown ones between them. Never throws for what the
 * bytes are; time and memory are proportional to their length.
 *
 * Rows of strings, mappings, functions and samples keep their order; stacks are root first.
 * A sample whose stack cannot be told is dropped and counted in `losses`, as Pyroscope does.
 * Of two messages with one id, the later is meant.
 */
export function readPprof(bytes: Uint8Array, options: PprofReadOptions = {}): PprofRead {
  try {
    return read(new WireReader(bytes), { header: new Header(), ...tables }, options);
  } catch (error) {
    if (!(error instanceof MalformedWire)) throw error;
    return { ok: false, kind: 'not-pprof', reason: `not a pprof profile: ${error.message}` };
  } finally {
    for (const table of Object.values(tables)) table.clear();
    for (const spans of [sampleSpans, locationSpans]) spans.trim();
  }
}

/** Reading is synchronous, so one set of tables serves all profiles, one after the other. */
const tables = {
  strings: new StringRows(),
  mappings: new MappingRows(),
  functions: new FunctionRows(),
  locations: new LocationRows(),
  labelSets: new LabelSetRows(),
  samples: new SampleRows(),
};
const sampleSpans = new Int32Scratch();
const locationSpans = new Int32Scratch();

function read(wire: WireReader, rows: PprofRows, options: PprofReadOptions): PprofRead {
  const { limits = PYROSCOPE_PPROF_LIMITS, repairDotnet = false, memory } = options;
  const { header, strings, mappings, functions, locations, labelSets, samples } = rows;
  const { end } = wire;
  // Each message takes two bytes, so ids counted from 1 stay below this.
  const maxDenseId = Math.max(1024, wire.byteLength >> 1);

  // Phase 1: all fields once. What refers to other messages is only noted: those may come later.
  let sampleCount = 0;
  let locationCount = 0;
  while (wire.offset < end) {
    const tag = wire.tag();
    switch (tag) {
      case 0x12:
        noteSpan(wire, sampleSpans, sampleCount++);
        break;
      case 0x22:
        noteSpan(wire, locationSpans, locationCount++);
        break;
      case 0x1a:
        wire.enter();
        mappings.read(wire, maxDenseId);
        wire.leave(end);
        break;
      case 0x2a:
        wire.enter();
        functions.read(wire, maxDenseId);
        wire.leave(end);
        break;
      case 0x32:
        strings.read(wire);
        break;
      default:
        header.read(tag, wire);
    }
  }

  if (header.sampleTypes.length === 0) {
    return { ok: false, kind: 'invalid', reason: 'empty profile' };
  }
  if (header.sampleTypes.length > MAX_SAMPLE_TYPES) {
    const reason = `${header.sampleTypes.length} sample types, limit: ${MAX_SAMPLE_TYPES}`;
    return { ok: false, kind: 'invalid', reason };
  }
  if (sampleCount > limits.maxSamples) {
    return pastLimit('too-many-samples', sampleCount, limits.maxSamples);
  }

  // Phase 2: locations, which refer to mappings and functions.
  if (repairDotnet) {
    takeIdsFromLocations(wire, functions, locationCount, maxDenseId);
  }
  for (let i = 0; i < locationCount; i++) {
    wire.offset = locationSpans.cells[2 * i];
    wire.end = locationSpans.cells[2 * i + 1];
    locations.read(wire, mappings, functions, maxDenseId);
  }

  // Phase 3: samples, which refer to locations.
  const context = {
    locationIds: locations.ids,
    labelSets,
    stringCount: strings.length,
    typeCount: header.sampleTypes.length,
    limits,
  };
  for (let i = 0; i < sampleCount; i++) {
    wire.offset = sampleSpans.cells[2 * i];
    wire.end = sampleSpans.cells[2 * i + 1];
    samples.read(wire, context);
  }
  if (samples.tooManyLabels > 0) {
    return pastLimit('too-many-sample-labels', samples.tooManyLabels, limits.maxSampleLabels);
  }

  // Phase 4: strings, and columns of the right size.
  strings.cutLong(wire, limits.maxStringBytes);
  const arena = arenaFor(rows, memory);
  const lazy = strings.finish(wire, arena);
  const defect = findDefect(rows, lazy, { allowDashes: repairDotnet });
  if (defect !== undefined) return { ok: false, kind: 'invalid', reason: defect };
  const profile = profileOf(rows, memory === undefined ? [...lazy] : lazy, arena);
  return {
    ok: true,
    profile: repairDotnet ? withoutDashes(profile) : profile,
    losses: {
      droppedSamples: samples.dangling,
      droppedLocations: locations.dangling,
      cutStacks: samples.cutStacks,
      cutStrings: strings.cutStrings,
    },
  };
}

function noteSpan(wire: WireReader, spans: Int32Scratch, index: number): void {
  const end = wire.spanEnd();
  const cells = spans.reserve(2 * index + 2);
  cells[2 * index] = wire.offset;
  cells[2 * index + 1] = end;
  wire.offset = end;
}

const LIMIT_NAMES = {
  'too-many-samples': ['samples count', 'max_profile_stacktrace_samples'],
  'too-many-sample-labels': ['sample labels', 'max_profile_stacktrace_sample_labels'],
} as const;

function pastLimit(kind: keyof typeof LIMIT_NAMES, actual: number, limit: number): PprofRead {
  const [what, setting] = LIMIT_NAMES[kind];
  const reason = `exceeds the ${what} limit (${setting}, actual: ${actual}, limit: ${limit})`;
  return { ok: false, kind, reason, actual, limit };
}

function takeIdsFromLocations(
  wire: WireReader,
  functions: FunctionRows,
  locationCount: number,
  maxDenseId: number,
): void {
  if (functions.zeroIds !== functions.length || functions.length !== locationCount) return;
  functions.zeroIds = 0;
  for (let row = 0; row < locationCount; row++) {
    wire.offset = locationSpans.cells[2 * row];
    wire.end = locationSpans.cells[2 * row + 1];
    let low = 0;
    let high = 0;
    while (wire.offset < wire.end) {
      const tag = wire.tag();
      wire.skip(tag);
      if (tag === 0x08) ({ low, high } = wire);
    }
    functions.ids.set(low, high, row, maxDenseId);
  }
}

function withoutDashes(profile: Profile): Profile {
  const sampleTypes = profile.sampleTypes.map(({ type, unit }) => ({
    type: type.replaceAll('-', '_'),
    unit,
  }));
  return { ...profile, sampleTypes };
}

/** Room for all columns of a profile and its strings. */
function arenaFor(rows: PprofRows, memory: PprofMemory | undefined): ColumnArena {
  const { header, strings, mappings, functions, locations, labelSets, samples } = rows;
  const byteLength =
    strings.byteLength +
    functions.byteLength +
    mappings.byteLength +
    locations.byteLength +
    labelSets.byteLength +
    samples.byteLength(header.sampleTypes.length);
  return new ColumnArena(memory?.take(byteLength) ?? new ArrayBuffer(byteLength));
}

function profileOf(rows: PprofRows, strings: readonly string[], arena: ColumnArena): Profile {
  const { header, mappings, functions, locations, labelSets, samples } = rows;
  const valueType = ({ type, unit }: ValueTypeRow): ValueType => ({
    type: strings[type],
    unit: strings[unit],
  });
  const typeCount = header.sampleTypes.length;
  return {
    sampleTypes: header.sampleTypes.map(valueType),
    defaultSampleType: strings[header.defaultSampleType],
    periodType: header.periodType && valueType(header.periodType),
    period: header.period,
    timeNanos: unixNanos(header.timeNanos),
    durationNanos: header.durationNanos,
    symbols: {
      strings,
      functions: functions.finish(arena),
      mappings: mappings.finish(arena),
      locations: locations.finish(arena),
    },
    stacks: samples.finishStacks(arena),
    labelSets: labelSets.finish(arena),
    samples: samples.finishSamples(arena, typeCount),
    comments: header.comments.map((row) => strings[row]),
    dropFrames: strings[header.dropFrames],
    keepFrames: strings[header.keepFrames],
  };
}
