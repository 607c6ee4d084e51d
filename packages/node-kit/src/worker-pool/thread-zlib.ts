import { promisify } from 'node:util';
import zlib, { type InputType, type ZlibOptions } from 'node:zlib';
import { unbroken } from './unbroken.ts';

/*
 * zlib for code that runs in threads of a pool. Node makes the handle of a stream in one line and sets
 * it up in another; a thread that is ended between the two takes the whole process with it ("close
 * before init" in `node_zlib.cc`, Node 20 and 24). One that inflates profile after profile, and is
 * ended because it did not stop when asked, met that within a hundred ends. What no pool ends is not
 * guarded: `process.exit` beside such a thread, and a thread whose outer one throws.
 */

export function gunzipSync(bytes: InputType, options?: ZlibOptions): Buffer {
  return unbroken(() => zlib.gunzipSync(bytes, options));
}

export function inflateRawSync(bytes: InputType, options?: ZlibOptions): Buffer {
  return unbroken(() => zlib.inflateRawSync(bytes, options));
}

export function deflateRawSync(bytes: InputType, options?: ZlibOptions): Buffer {
  return unbroken(() => zlib.deflateRawSync(bytes, options));
}

const deflateRawLater = promisify(zlib.deflateRaw);

/** The stream is made at once, and what it does is done on zlib's threads. */
export function deflateRaw(bytes: InputType, options: ZlibOptions): Promise<Buffer> {
  return unbroken(() => deflateRawLater(bytes, options));
}
