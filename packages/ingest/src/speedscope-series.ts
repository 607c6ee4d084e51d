import {
  parseSpeedscope,
  type SpeedscopeFile,
  type SpeedscopeProfile,
  type SpeedscopeUnit,
} from '@emberscope/formats';
import { withLabels } from '@emberscope/labels';
import {
  createNamedProfileBuilder,
  type LocationIndex,
  NO_STACK,
  type Profile,
  pushStacks,
  type StackIndex,
} from '@emberscope/profile';
import { countedSeries } from './counted-series.ts';
import { DEFAULT_SAMPLE_RATE_HERTZ, type IngestParams } from './ingest-params.ts';
import type { Ingested, IngestedSeries } from './ingested-series.ts';

const PROFILE_NAME = 'profile_name';

/**
 * The rate that stands for the agent's when it says 100, or nothing: weights of the file's unit are
 * stored as counts of hundredths, and this turns those into nanoseconds again.
 */
const SAMPLE_RATE_HERTZ: Readonly<Record<SpeedscopeUnit, number>> = {
  nanoseconds: 1e11,
  microseconds: 1e8,
  milliseconds: 1e5,
  seconds: 100,
  none: 1e4,
  bytes: 0,
};

/**
 * Makes series of a speedscope file at `/ingest`. Profiles of one name, type, unit and start are one
 * series, labelled with the profile's name; where there are several series, the unit becomes the
 * suffix of the application's name and so says what was measured.
 */
export function speedscopeSeries(params: IngestParams, body: Uint8Array): Ingested {
  const tooMuch = whyTooMuch(body);
  if (tooMuch !== undefined) return { ok: false, kind: 'malformed-body', reason: tooMuch };
  const parsed = parseSpeedscope(body);
  if (!parsed.ok) return { ok: false, kind: 'malformed-body', reason: parsed.reason };
  const { file } = parsed;
  const groups = groupProfiles(file.profiles);
  if (groups.length > MAX_SERIES) {
    const reason = `${groups.length} profiles of different names, limit: ${MAX_SERIES}`;
    return { ok: false, kind: 'malformed-body', reason };
  }

  const series: IngestedSeries[] = [];
  for (const group of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const { name, unit } = first;
    const application =
      groups.length > 1 ? `${params.name.application}.${unit}` : params.name.application;
    const sampleRateHertz =
      params.sampleRateHertz === DEFAULT_SAMPLE_RATE_HERTZ
        ? SAMPLE_RATE_HERTZ[unit]
        : params.sampleRateHertz;
    const ingested = countedSeries(
      { ...params, sampleRateHertz, name: { ...params.name, application } },
      countWeights(file, group),
    );
    if (!ingested.ok) return ingested;
    for (const { labels, profile } of ingested.series) {
      series.push({ labels: withLabels(labels, { [PROFILE_NAME]: name }), profile });
    }
  }
  return { ok: true, series };
}

/**
 * What one file may hold, sent by a program that profiles: 16,000 stacks of 200 frames, or 500,000
 * events, samples and frames, which are objects and lists and take a microsecond or two each. JSON of
 * 256 MiB would keep a thread for half a minute.
 */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MARKS = 3_500_000;
const MAX_OBJECTS = 500_000;

/** Mostly one is a thread. Each takes 0.2 ms, however little is in it. */
const MAX_SERIES = 5_000;

function whyTooMuch(json: Uint8Array): string | undefined {
  if (json.length > MAX_BYTES) return `${json.length} bytes of speedscope, limit: ${MAX_BYTES}`;
  let marks = 0;
  let objects = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === 0x2c) marks++;
    else if (byte === 0x5b || byte === 0x7b) objects++;
  }
  if (objects > MAX_OBJECTS)
    return `${objects} brackets and braces of speedscope, limit: ${MAX_OBJECTS}`;
  if (marks + objects <= MAX_MARKS) return undefined;
  return `${marks + objects} commas, brackets and braces of speedscope, limit: ${MAX_MARKS}`;
}

/** Profiles that are one series, in the order in which they first came. */
function groupProfiles(profiles: readonly SpeedscopeProfile[]): SpeedscopeProfile[][] {
  const groups = new Map<string, SpeedscopeProfile[]>();
  for (const profile of profiles) {
    const { name, kind, unit, startValue } = profile;
    const key = JSON.stringify([name, kind, unit, startValue]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [profile]);
    else group.push(profile);
  }
  return [...groups.values()];
}

/**
 * Weights as whole counts: cut to integers, then times a hundred except for bytes. In an evented
 * profile the first stretch is not multiplied; the original has it so, and answers stay equal.
 */
function countWeights(file: SpeedscopeFile, profiles: readonly SpeedscopeProfile[]): Profile {
  const builder = createNamedProfileBuilder({ sampleTypes: [{ type: 'samples', unit: 'count' }] });
  const counts = new Map<StackIndex, bigint>();
  /** By frame. A stack's row has one, and looking a name up for each took half of the time. */
  const locations: LocationIndex[] = [];
  for (const { kind, unit, stacks, segments } of profiles) {
    const factor = unit === 'bytes' ? 1n : 100n;
    // Only the frames that these profiles have: a file may have many of both.
    const stackOf = pushStacks(stacks, builder.stacks, (frame) => {
      const known = locations[frame];
      if (known !== undefined) return known;
      const location = builder.frame(file.frames[frame]?.name ?? '');
      locations[frame] = location;
      return location;
    });
    for (const [i, { stack: row, weight }] of segments.entries()) {
      const stack = row === NO_STACK ? NO_STACK : (stackOf[row] ?? NO_STACK);
      const isFirstStretch = kind === 'evented' && i === 0;
      const count = BigInt(Math.trunc(weight)) * (isFirstStretch ? 1n : factor);
      counts.set(stack, BigInt.asIntN(64, (counts.get(stack) ?? 0n) + count));
    }
  }
  for (const [stack, count] of counts) builder.addSample(stack, [count]);
  return builder.finish();
}
