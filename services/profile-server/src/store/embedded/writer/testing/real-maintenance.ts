import type { Fs } from '@emberscope/node-kit';
import { flushGeneration } from '../../maintenance/flush-generation.ts';
import type { MergeJob } from '../../maintenance/maintenance-jobs.ts';
import { mergeSegments } from '../../maintenance/merge-segments.ts';
import { deflateHere } from '../../segment/deflate-page.ts';
import type { Maintenance } from '../maintenance-jobs.ts';
import { createTestWriter, type TestWriter, type TestWriterOptions } from './open-writer.ts';

/** The flush and the merge that a server has, on this thread. */
export function realMaintenance(fs: Fs): Maintenance {
  return {
    flush: (job) => flushGeneration(fs, job, { deflate: deflateHere }),
    merge: (job) => mergeSegments(fs, job, { deflate: deflateHere }),
  };
}

/** A writer that has started, with that on its simulated disk; `onMerge` comes between a merge and its commit. */
export async function openRealWriter(
  options: TestWriterOptions = {},
  onMerge: (job: MergeJob) => Promise<void> = async () => {},
): Promise<TestWriter> {
  const opened = createTestWriter({
    ...options,
    // Its disk is not there yet when it is made.
    wrap: () => ({
      flush: (job) => realMaintenance(opened.fs).flush(job),
      async merge(job) {
        const merged = await realMaintenance(opened.fs).merge(job);
        await onMerge(job);
        return merged;
      },
    }),
  });
  await opened.run(opened.writer.start());
  return opened;
}
