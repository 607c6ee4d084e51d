import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync } from 'node:zlib';

/** Makes bytes smaller, as RFC 1951 does it. Whoever tests with simulated time gives one that waits. */
export type Deflate = (raw: Uint8Array, level: number) => Promise<Uint8Array>;

const deflateRawAsync = promisify(deflateRaw);

/** On zlib's threads: the event loop goes on meanwhile. */
export const deflateOffThread: Deflate = (raw, level) => deflateRawAsync(raw, { level });

/** On the calling thread: takes no turn of the event loop, which simulated time does not have. */
export const deflateHere: Deflate = async (raw, level) => deflateRawSync(raw, { level });
