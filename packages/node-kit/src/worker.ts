/*
 * What a thread of a pool needs: a door of its own, since all else of this package (settings, metrics,
 * logging) takes a third of a second to load, in every thread anew.
 */
export { JobError } from './worker-pool/job-error.ts';
export type { JobContext, JobHandlers, JobTable } from './worker-pool/jobs.ts';
export { poolWorkerData, serveJobs } from './worker-pool/serve-jobs.ts';
