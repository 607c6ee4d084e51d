import type { Logger } from 'pino';
import type { ReportStore } from '../database/report-store.ts';
import type { WorkerAnswer } from './worker-client.ts';

/** Hands stored reports to the worker, one after the other, and notes what came of each. */
export type ConversionQueue = {
  add(reportId: string): void;
  /** Gives up the report in hand; it is still waiting at the next start. */
  stop(): Promise<void>;
};

export type ConversionQueueParts = {
  readonly store: ReportStore;
  readonly convert: (reportId: string, signal: AbortSignal) => Promise<WorkerAnswer>;
  readonly log: Logger;
  readonly sleep: (millis: number, signal: AbortSignal) => Promise<void>;
};

/** A minute of a busy hour. Past it the oldest is given up: a worker that is away must not stop the ingestion. */
export const WAITING_MAX = 200;
const RETRY_MIN_MILLIS = 250;
const RETRY_MAX_MILLIS = 10_000;

export function startConversionQueue({
  store,
  convert,
  log,
  sleep,
}: ConversionQueueParts): ConversionQueue {
  const waiting: string[] = store.listWaiting(WAITING_MAX).slice();
  const stopping = new AbortController();
  let wake: () => void = () => {};

  async function convertAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const id = waiting.shift();
      if (id === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        try {
          await convertOne(id);
        } catch (error) {
          log.error({ err: error, reportId: id }, 'a report could not be converted');
        }
      }
    }
  }

  /** Tries again for as long as the report is there: the worker comes back. */
  async function convertOne(id: string): Promise<void> {
    for (let retryMillis = RETRY_MIN_MILLIS; store.readReport(id) !== undefined; ) {
      const answer = await convert(id, stopping.signal);
      if (stopping.signal.aborted) return;
      switch (answer.kind) {
        case 'done':
          await store.setConversion(id, { state: 'done', overview: answer.overview });
          return;
        case 'refused':
          log.warn({ reportId: id, reason: answer.reason }, 'the worker refused a report');
          await store.setConversion(id, { state: 'failed', reason: answer.reason });
          return;
        case 'unavailable':
          log.debug({ reportId: id, reason: answer.reason, retryMillis }, 'no worker');
          await sleep(retryMillis, stopping.signal);
          if (stopping.signal.aborted) return;
          retryMillis = Math.min(RETRY_MAX_MILLIS, retryMillis * 2);
          break;
        default:
          answer satisfies never;
      }
    }
  }

  const running = convertAll();
  return {
    add(reportId) {
      waiting.push(reportId);
      wake();
      const givenUp = waiting.length > WAITING_MAX ? waiting.shift() : undefined;
      if (givenUp === undefined) return;
      const reason = `the worker was ${WAITING_MAX} reports behind`;
      log.warn({ reportId: givenUp }, reason);
      store.setConversion(givenUp, { state: 'failed', reason }).catch((error: unknown) => {
        log.error({ err: error, reportId: givenUp }, 'a conversion could not be noted');
      });
    },
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
