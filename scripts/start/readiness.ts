import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOf } from './log-file.ts';
import type { Part } from './part.ts';
import type { PartEnd, PartProcess } from './part-process.ts';

export type ReadinessOutcome =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'ended' } & PartEnd)
  /** `last` is what it answered when it was asked for the last time: `503 starting`. */
  | { readonly kind: 'too-slow'; readonly last: string };

/** Often enough that nobody waits for the question. */
const ASK_EVERY_MILLIS = 100;

/** A part that accepts and does not answer is asked again. */
const ANSWER_MAX_MILLIS = 2_000;

/** The beginning of an answer is enough to say what is wrong. */
const ANSWER_MAX_CHARACTERS = 200;

/** Asks until the part is ready, ends, or takes longer than it may. */
export async function waitUntilReady(
  part: Part,
  partProcess: PartProcess,
  logPath: string,
): Promise<ReadinessOutcome> {
  const ask = question(part, logPath);
  const deadlineMillis = performance.now() + part.readyMaxMillis;
  const ended = partProcess.ended.then((end) => ({ kind: 'ended' as const, ...end }));
  for (;;) {
    const answer = await Promise.race([ask(), ended]);
    if (typeof answer === 'object') return answer;
    if (answer === 'ready') return { kind: 'ready' };
    if (performance.now() >= deadlineMillis) return { kind: 'too-slow', last: answer };
    await Promise.race([sleep(ASK_EVERY_MILLIS), ended]);
  }
}

/** One question; answers `ready` or what was heard instead, and never rejects. */
function question(part: Part, logPath: string): () => Promise<string> {
  const { readiness } = part;
  switch (readiness.kind) {
    case 'http':
      return () => askOverHttp(readiness.url);
    case 'first-line': {
      const sizeBefore = sizeOf(logPath);
      return async () => (sizeOf(logPath) > sizeBefore ? 'ready' : 'it has not written a line');
    }
    default:
      return readiness satisfies never;
  }
}

async function askOverHttp(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MAX_MILLIS) });
    const text = await response.text();
    if (response.status === 200) return 'ready';
    return `${url} says ${response.status} ${text.trim().slice(0, ANSWER_MAX_CHARACTERS)}`.trim();
  } catch (error) {
    return `${url} does not answer (${reasonOf(error)})`;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says "fetch failed" and hides why in its cause.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
