import { createSeededRandom, type Random } from '@emberscope/node-kit';
import { unixNanos } from '@emberscope/units';
import { pprofOf } from '../drawn-pprof.ts';

/** What one service sends: its code is like that of no other, and a part of it changes with a release. */
export type UnlikeService = {
  readonly name: string;
  /** The profile of an interval, and what its values come to: the same whenever it is asked for. */
  profileAt(interval: number): { readonly total: number; readonly pprof: Uint8Array<ArrayBuffer> };
  timeMillis(interval: number): number;
};

export type Traffic = {
  readonly services: number;
  readonly startMillis: number;
  readonly intervalMillis: number;
  readonly intervalsPerRelease: number;
};

const FUNCTIONS = 900;
/** Of which a release renames these. */
const CHANGED_FUNCTIONS = 90;
const STACKS = 150;
const MIN_DEPTH = 5;
const MAX_DEPTH = 40;
/** Profiles of a release differ, but not for ever: drawing them must not cost more than storing them. */
const KINDS = 8;
const MAX_VALUE = 100;

export function unlikeServices(traffic: Traffic): readonly UnlikeService[] {
  return Array.from({ length: traffic.services }, (_, index) => unlikeService(index, traffic));
}

function unlikeService(index: number, traffic: Traffic): UnlikeService {
  const drawn = new Map<string, { readonly total: number; readonly bytes: Uint8Array }>();

  function timeMillis(interval: number): number {
    return traffic.startMillis + interval * traffic.intervalMillis + index;
  }

  return {
    name: `service-${index}`,
    timeMillis,
    profileAt(interval) {
      const release = Math.floor(interval / traffic.intervalsPerRelease);
      const kind = interval % KINDS;
      const key = `${release} ${kind}`;
      let of = drawn.get(key);
      if (of === undefined) {
        of = drawProfile(index, release, kind);
        drawn.set(key, of);
      }
      return { total: of.total, pprof: withTime(of.bytes, timeMillis(interval)) };
    },
  };
}

function drawProfile(service: number, release: number, kind: number) {
  const random = createSeededRandom(service * 1_000_003 + release * 1009 + kind);
  let total = 0;
  const lines = Array.from({ length: STACKS }, () => {
    const depth = MIN_DEPTH + random.below(MAX_DEPTH - MIN_DEPTH);
    const names = Array.from({ length: depth }, () => functionName(random, service, release));
    const value = 1 + random.below(MAX_VALUE);
    total += value;
    return `main;${names.join(';')} ${value}`;
  });
  return { total, bytes: pprofOf(lines.join('\n'), { timeNanos: unixNanos(0n) }) };
}

function functionName(random: Random, service: number, release: number): string {
  const number = random.below(FUNCTIONS);
  const changed = number < CHANGED_FUNCTIONS ? `@${release}` : '';
  return `s${service}/part${number % 31}/file${number % 97}.handle${number}${changed}`;
}

/** Field 9 of pprof's message, `time_nanos`: of one that is there twice, the last counts. */
function withTime(bytes: Uint8Array, timeMillis: number): Uint8Array<ArrayBuffer> {
  const field = [(9 << 3) | 0];
  for (let left = BigInt(timeMillis) * 1_000_000n; ; left >>= 7n) {
    if (left < 128n) {
      field.push(Number(left));
      break;
    }
    field.push(Number(left & 127n) | 128);
  }
  const timed = new Uint8Array(bytes.length + field.length);
  timed.set(bytes);
  timed.set(field, bytes.length);
  return timed;
}
