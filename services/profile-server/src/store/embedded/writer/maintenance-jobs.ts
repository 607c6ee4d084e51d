import type {
  FlushJob,
  FlushResult,
  MergeJob,
  MergeResult,
} from '../maintenance/maintenance-jobs.ts';

/**
 * The long work, on whatever thread; a flush may be asked for while a merge runs. Both reject with
 * an error whose message names the file.
 */
export type Maintenance = {
  flush(job: FlushJob): Promise<Pick<FlushResult, 'segments'> & Partial<FlushResult>>;
  merge(job: MergeJob): Promise<MergeResult>;
  /**
   * Makes a merge that runs reject; resolves when nothing of it is written any more, and no other is
   * asked for then. Left out where that cannot be done: the writer waits for the merge.
   */
  endMerge?(): Promise<void>;
};
