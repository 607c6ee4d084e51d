import type {
  FlushJob,
  FlushResult,
  MergeJob,
  MergeResult,
} from '../maintenance/maintenance-jobs.ts';

/** The long work, on whatever thread. Both reject with an error whose message names the file. */
export type Maintenance = {
  flush(job: FlushJob): Promise<Pick<FlushResult, 'segments'> & Partial<FlushResult>>;
  merge(job: MergeJob): Promise<MergeResult>;
};
