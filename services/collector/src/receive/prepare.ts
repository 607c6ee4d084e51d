import type { WorkerPool } from '@emberscope/node-kit';
import type { IngestJob, Prepared, PrepareJobs, PushJob } from './prepare/prepare-jobs.ts';
import { overloaded } from './receive-body.ts';

/** Hands a body to a thread and takes back what is to become of it. Never rejects. */
export type Prepare = {
  ingest(job: IngestJob): Promise<Prepared>;
  push(job: PushJob): Promise<Prepared>;
};

export type PrepareOptions = {
  readonly pool: WorkerPool<PrepareJobs>;
  /** A mistake of ours, or a body that killed its thread: for the log. */
  readonly onFailed: (what: string) => void;
};

export function createPrepare({ pool, onFailed }: PrepareOptions): Prepare {
  async function run(kind: 'ingest' | 'push', job: IngestJob | PushJob): Promise<Prepared> {
    const options = { transfer: [job.body.buffer] };
    const outcome =
      kind === 'ingest'
        ? await pool.run(kind, job as IngestJob, options)
        : await pool.run(kind, job as PushJob, options);
    switch (outcome.kind) {
      case 'done':
        return outcome.output;
      case 'busy':
      case 'cancelled':
        return { kind: 'refused', failure: overloaded('bodies to prepare') };
      case 'timed-out':
        if (outcome.where === 'queue') {
          return { kind: 'refused', failure: overloaded('bodies to prepare') };
        }
        return broken(`took longer than ${outcome.timeoutMillis} ms`);
      case 'failed':
        return broken(outcome.error.stack ?? outcome.error.message);
      case 'worker-died':
        return broken(`ended its thread: ${outcome.reason}`);
      default:
        return outcome satisfies never;
    }
  }

  function broken(what: string): Prepared {
    onFailed(what);
    const message = 'the collector could not read this body';
    return { kind: 'refused', failure: { kind: 'internal', message } };
  }

  return {
    ingest: (job) => run('ingest', job),
    push: (job) => run('push', job),
  };
}
