import { gzipSync } from 'node:zlib';
import { writePprof } from '@emberscope/pprof';
import { type Profile, profileFromText } from '@emberscope/profile';
import { nanosFromMillis, unixMillis } from '@emberscope/units';

/** A drawn profile as the bytes an agent sends, taken now. */
export function pprofOf(text: string, changed: Partial<Profile> = {}): Uint8Array {
  return writePprof(profileNow(text, changed));
}

export function gzippedPprofOf(text: string): Uint8Array {
  return gzipSync(pprofOf(text));
}

export function profileNow(text: string, changed: Partial<Profile> = {}): Profile {
  return {
    ...profileFromText(text),
    sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: 10_000_000n,
    timeNanos: nanosFromMillis(unixMillis(Date.now())),
    ...changed,
  };
}
