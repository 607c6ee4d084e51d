import { gunzipSync, gzipSync } from 'node:zlib';
import { readPprof, writePprof } from '@emberscope/pprof';
import { nanosFromMillis, unixMillis } from '@emberscope/units';

/** A recorded profile as if it had been taken at another time. */
export function retimed(gzipped: Uint8Array, atMillis: number): Uint8Array<ArrayBuffer> {
  const read = readPprof(gunzipSync(gzipped));
  if (!read.ok) throw new Error(read.reason);
  const timeNanos = nanosFromMillis(unixMillis(atMillis));
  return new Uint8Array(gzipSync(writePprof({ ...read.profile, timeNanos })));
}
