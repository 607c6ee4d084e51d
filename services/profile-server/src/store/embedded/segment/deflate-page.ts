import { deflateRaw, deflateRawSync } from '@emberscope/node-kit/worker';

/** Makes bytes smaller, as RFC 1951 does it. Whoever tests with simulated time gives one that waits. */
export type Deflate = (raw: Uint8Array, level: number) => Promise<Uint8Array>;

/**
 * Deflating a page of so few bytes takes less than asking another thread to, and less than the memory
 * that zlib takes for a window of 32 KiB: with both a flush of ten thousand services, which have
 * hundreds of thousands of such pages, took seconds.
 */
const SMALL_BYTES = 1024;
const SMALL_WINDOW_BITS = 10;
const SMALL_MEMORY_LEVEL = 4;

/** On zlib's threads, unless it is small: the event loop goes on meanwhile. */
export const deflateOffThread: Deflate = async (raw, level) =>
  raw.length <= SMALL_BYTES ? deflateSmall(raw, level) : deflateRaw(raw, { level });

function deflateSmall(raw: Uint8Array, level: number): Uint8Array {
  return deflateRawSync(raw, {
    level,
    windowBits: SMALL_WINDOW_BITS,
    memLevel: SMALL_MEMORY_LEVEL,
    chunkSize: SMALL_BYTES,
  });
}

/** On the calling thread: takes no turn of the event loop, which simulated time does not have. */
export const deflateHere: Deflate = async (raw, level) => deflateRawSync(raw, { level });
