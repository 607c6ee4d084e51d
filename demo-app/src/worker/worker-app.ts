import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { answerProblems, methodNotAllowed, notFound, Problem } from '../http/problem.ts';
import type { Readiness } from '../http/readiness.ts';
import type { ConvertedReport } from './convert-report.ts';

export type WorkerParts = {
  readonly convert: (reportId: string, signal: AbortSignal) => Promise<ConvertedReport>;
  readonly readiness: Readiness;
  readonly log: Logger;
};

/** Conversions share the time of one loop: more at once would only each take longer. */
export const JOBS_MAX = 4;

const jobSchema = z.object({ reportId: z.string().min(1).max(100) });

export function createWorkerApp({ convert, readiness, log }: WorkerParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  let jobs = 0;

  app.route('/ready').get(readiness).all(methodNotAllowed('GET'));

  app
    .route('/jobs')
    .post(express.json({ limit: '1kb' }), async (request, response) => {
      const job = jobSchema.safeParse(request.body);
      if (!job.success) throw new Problem(400, 'send {"reportId": "…"} as application/json');
      if (jobs >= JOBS_MAX) throw new Problem(503, `${JOBS_MAX} reports are being converted`);
      const { reportId } = job.data;
      const left = new AbortController();
      response.once('close', () => left.abort());
      const startMillis = performance.now();
      jobs++;
      try {
        const converted = await convert(reportId, left.signal);
        if (converted.kind === 'gone') throw new Problem(404, `there is no report ${reportId}`);
        const { overview } = converted;
        const millis = Math.round(performance.now() - startMillis);
        log.info({ reportId, objectCount: overview.objectCount, millis }, 'converted');
        response.json({ overview });
      } catch (error) {
        if (left.signal.aborted) log.info({ reportId }, 'the asker left');
        else throw error;
      } finally {
        jobs--;
      }
    })
    .all(methodNotAllowed('POST'));

  app.use(notFound);
  app.use(answerProblems(log));
  return app;
}
