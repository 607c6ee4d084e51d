import { z } from 'zod';
import type { ReportOverview } from '../database/report-overview.ts';

export type WorkerAnswer =
  | { readonly kind: 'done'; readonly overview: ReportOverview }
  /** Asking again cannot help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Away, busy, or failing: it may work later. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** 200,000 elements with the fault on take some seconds. */
const CONVERSION_MAX_MILLIS = 60_000;

const overviewSchema = z.object({
  overview: z.object({
    objectCount: z.number(),
    countByType: z.record(z.string(), z.number()),
    mostConnected: z.array(
      z.object({ id: z.string(), name: z.string().optional(), relationCount: z.number() }),
    ),
    labels: z.array(z.object({ label: z.string(), objectCount: z.number() })),
    inferenceCount: z.number(),
    meanConfidence: z.number().optional(),
  }),
});

/** Asks the worker to convert a report that it can read from us; resolves when that is done. */
export function createWorkerClient(workerUrl: string) {
  return async (reportId: string, signal: AbortSignal): Promise<WorkerAnswer> => {
    try {
      const response = await fetch(`${workerUrl}/jobs`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ reportId }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(CONVERSION_MAX_MILLIS)]),
      });
      const body: unknown = await response.json();
      if (response.ok) return { kind: 'done', overview: overviewSchema.parse(body).overview };
      const kind = response.status < 500 ? 'refused' : 'unavailable';
      return { kind, reason: `${response.status} ${JSON.stringify(body)}` };
    } catch (error) {
      return {
        kind: 'unavailable',
        reason: error instanceof Error ? error.message : String(error),
      };
    }
  };
}
