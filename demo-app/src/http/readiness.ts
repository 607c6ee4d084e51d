import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** Answers `GET /ready`: 200 between `open` and `close` as long as the probe succeeds, else 503 and why. */
export type Readiness = RequestHandler & {
  open(): void;
  close(): void;
};

/** A probe that takes longer has failed. */
const PROBE_MAX_MILLIS = 1_000;

/** `probe` rejects when the process cannot do its work. */
export function createReadiness(probe: (signal: AbortSignal) => Promise<void>): Readiness {
  let state: 'starting' | 'open' | 'stopping' = 'starting';
  const handler: RequestHandler = async (_request, response) => {
    if (state !== 'open') throw new Problem(503, state);
    const deadline = AbortSignal.timeout(PROBE_MAX_MILLIS);
    try {
      await Promise.race([probe(deadline), rejectedBy(deadline)]);
    } catch (error) {
      throw new Problem(503, error instanceof Error ? error.message : String(error));
    }
    response.json({ ready: true });
  };
  return Object.assign(handler, {
    open() {
      state = 'open';
    },
    close() {
      state = 'stopping';
    },
  });
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(new Error(`no answer in ${PROBE_MAX_MILLIS} ms`)),
    );
  });
}
