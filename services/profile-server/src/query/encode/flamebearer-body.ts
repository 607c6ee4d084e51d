import type { DiffLevels, FlameGraphLevels, ProfileType } from '@emberscope/profile';
import type { RenderedTimeline } from '../render/rendered-timeline.ts';
import { createJsonWriter, type JsonWriter } from './json-writer.ts';

/** What the older API shows beside a flame graph. */
export type FlamebearerTimes = {
  readonly timeline: RenderedTimeline;
  /** By the value of the first label that was grouped by; undefined when none was. */
  readonly groups: ReadonlyMap<string, RenderedTimeline> | undefined;
};

/** More than most answers have. */
const JSON_BYTES = 512 * 1024;

/** A flame graph with its timeline, as the JSON of Pyroscope's older API and of its ad hoc files. */
export function flamebearerJson(
  graph: FlameGraphLevels,
  profileType: ProfileType,
  times: FlamebearerTimes,
): Uint8Array<ArrayBuffer> {
  const json = createJsonWriter(JSON_BYTES);
  writeGraph(json, graph, profileType, 'single');
  json.ascii(',"timeline":');
  writeTimeline(json, times.timeline);
  json.ascii(',"groups":');
  if (times.groups === undefined) json.ascii('null');
  else writeGroups(json, times.groups);
  json.ascii(',"heatmap":null}\n');
  return json.finish();
}

/** The same of two sides, which have no timeline. */
export function flamebearerDiffJson(
  diff: DiffLevels,
  profileType: ProfileType,
): Uint8Array<ArrayBuffer> {
  const json = createJsonWriter(JSON_BYTES);
  writeGraph(json, diff, profileType, 'double');
  json.ascii(',"timeline":null,"groups":null,"heatmap":null');
  if (diff.leftTotal !== 0n) json.ascii(`,"leftTicks":${diff.leftTotal}`);
  if (diff.rightTotal !== 0n) json.ascii(`,"rightTicks":${diff.rightTotal}`);
  json.ascii('}\n');
  return json.finish();
}

function writeGraph(
  json: JsonWriter,
  { names, levels, total, maxSelf }: FlameGraphLevels,
  profileType: ProfileType,
  format: 'single' | 'double',
): void {
  json.ascii('{"version":1,"flamebearer":{"names":');
  json.json(htmlSafe(JSON.stringify(names)));
  json.ascii(',"levels":[');
  for (const [depth, cells] of levels.entries()) {
    if (depth > 0) json.ascii(',');
    json.numbers(cells);
  }
  json.ascii(`],"numTicks":${total},"maxSelf":${maxSelf}},"metadata":`);
  const { sampleType } = profileType;
  const metadata = {
    format,
    spyName: '',
    sampleRate: sampleType === 'cpu' ? NANOS_RATE_HERTZ : DEFAULT_RATE_HERTZ,
    units: unitsOf(profileType),
    name: sampleType,
  };
  json.json(htmlSafe(JSON.stringify(metadata)));
}

/** CPU time is shown as if a sample were a nanosecond of it. */
const NANOS_RATE_HERTZ = 1_000_000_000;
const DEFAULT_RATE_HERTZ = 100;

const COUNTED = new Set(['inuse_objects', 'alloc_objects', 'goroutine', 'samples']);

function unitsOf({ sampleType, sampleUnit }: ProfileType): string {
  if (COUNTED.has(sampleType)) return 'objects';
  return sampleType === 'cpu' ? 'samples' : sampleUnit;
}

function writeGroups(json: JsonWriter, groups: ReadonlyMap<string, RenderedTimeline>): void {
  let separator = '{';
  for (const [value, timeline] of groups) {
    json.ascii(separator);
    json.json(`${htmlSafe(JSON.stringify(value))}:`);
    writeTimeline(json, timeline);
    separator = ',';
  }
  json.ascii(groups.size === 0 ? '{}' : '}');
}

function writeTimeline(json: JsonWriter, timeline: RenderedTimeline): void {
  json.ascii(`{"startTime":${timeline.startSeconds},"samples":`);
  json.numbers(timeline.samples);
  json.ascii(`,"durationDelta":${timeline.stepSeconds},"watermarks":null}`);
}

/** JSON that may stand in a page, as Go writes it: what begins or ends an element is an escape. */
function htmlSafe(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
