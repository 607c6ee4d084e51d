import { readFlamebearer, readGroups, readPerfScript } from '@emberscope/formats';
import { NO_PPROF_LIMITS, PprofMemory, readPprof } from '@emberscope/pprof';
import {
  type CallTree,
  foldStacks,
  framesByName,
  type Profile,
  selfByStack,
} from '@emberscope/profile';
import { inflateProfile } from '../../ingest/inflate-profile.ts';
import { refuseArgument, refuseFile } from '../query-refusal.ts';
import { kindOfFile } from './file-kind.ts';

/** One of the profiles that a file holds. */
export type FileProfile = {
  /** Its type, as clients choose among them. */
  readonly name: string;
  readonly units: string;
  readonly spyName: string;
  readonly sampleRate: number;
  /** Files without types have an empty mapping here where pprof has none. */
  readonly hasGroups: boolean;
  tree(): CallTree;
};

/** Shorter, nothing can be told of a file. */
const MIN_BYTES = 2;

/** Reads all profiles of a file, one at least. Refuses what cannot be read, and what is too large. */
export function readFile(
  name: string,
  content: Uint8Array,
  maxBytes: number,
): readonly [FileProfile, ...FileProfile[]] {
  if (maxBytes > 0 && content.length > maxBytes) {
    return refuseArgument(`a file of ${content.length} bytes; the limit is ${maxBytes}`);
  }
  if (content.length < MIN_BYTES) return unreadable('profile is too short');
  const kind = kindOfFile(name, content);
  switch (kind) {
    case 'pprof':
      return pprofProfiles(content, maxBytes);
    case 'json': {
      const read = readFlamebearer(content);
      if (!read.ok) return unreadable(`as a flame graph in JSON: ${read.reason}`);
      const { profile, metadata } = read;
      return [{ ...metadata, hasGroups: true, tree: () => treeOf(profile, 0) }];
    }
    case 'collapsed':
    case 'perf-script': {
      const isPerf = kind === 'perf-script';
      const read = isPerf ? readPerfScript(content) : readGroups(content);
      if (!read.ok) return unreadable(`as ${kind}: ${read.reason}`);
      const { profile } = read;
      const about = { units: '', spyName: 'unknown', sampleRate: COUNT_RATE, hasGroups: true };
      return [{ name, ...about, tree: () => treeOf(profile, 0) }];
    }
    default:
      return kind satisfies never;
  }
}

function pprofProfiles(
  content: Uint8Array,
  maxBytes: number,
): readonly [FileProfile, ...FileProfile[]] {
  const inflated = inflateProfile(content, maxBytes);
  if (inflated.kind === 'too-large') {
    return refuseArgument(`a file of more than ${maxBytes} bytes inflated, which is the limit`);
  }
  if (inflated.kind === 'refused') return unreadable(`as pprof: ${inflated.refusal.reason}`);
  const memory = new PprofMemory();
  const read = readPprof(inflated.bytes, { limits: NO_PPROF_LIMITS, memory });
  if (!read.ok) return unreadable(`as pprof: ${read.reason}`);
  const { profile } = read;
  const [first, ...others] = profile.sampleTypes.map(({ type, unit }, column): FileProfile => {
    const shown = unitsAndRateOf(type, unit);
    const about = { name: type, spyName: '', hasGroups: false };
    return { ...about, ...shown, tree: () => treeOf(profile, column) };
  });
  return first === undefined ? unreadable('as pprof: it has no sample type') : [first, ...others];
}

/** Samples a second where a value counts them, and no clock says otherwise. */
const COUNT_RATE = 100;
/** Of values that are nanoseconds already. */
const NANOS_RATE = 1_000_000_000;

const COUNTED_TYPES: ReadonlySet<string> = new Set([
  'inuse_objects',
  'alloc_objects',
  'goroutine',
  'samples',
]);

/** How Pyroscope's viewers are told to show values of a type. */
export function unitsAndRateOf(
  type: string,
  unit: string,
): { readonly units: string; readonly sampleRate: number } {
  if (type === 'cpu') return { units: 'samples', sampleRate: NANOS_RATE };
  const units = COUNTED_TYPES.has(type) ? 'objects' : unit;
  return { units, sampleRate: COUNT_RATE };
}

/** A flame graph of a hundred times what a reader can see. 4 MiB of pprof can hold four million. */
const MAX_FRAMES = 500_000;

function treeOf(profile: Profile, column: number): CallTree {
  const { stacks, symbols, samples } = profile;
  if (stacks.length > MAX_FRAMES) {
    return refuseArgument(`stacks of ${stacks.length} frames in all; the limit is ${MAX_FRAMES}`);
  }
  const values = samples.values[column];
  if (values === undefined) throw new Error(`a profile without column ${column}`);
  const self = selfByStack(stacks, samples.stack, values);
  return foldStacks(stacks, symbols.locations, self, framesByName(symbols)).tree;
}

function unreadable(reason: string): never {
  return refuseFile(reason);
}
