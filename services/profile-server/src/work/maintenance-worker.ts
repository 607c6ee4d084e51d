import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { nodeFs, serveJobs } from '@emberscope/node-kit/worker';
import { flushGeneration } from '../store/embedded/maintenance/flush-generation.ts';
import { mergeSegments } from '../store/embedded/maintenance/merge-segments.ts';
import type { MaintenanceJobs } from './jobs.ts';

/* The entry file of the threads that turn the log into segments, and segments into fewer. */

giveWay();

serveJobs<MaintenanceJobs>({
  flush: (job) => flushGeneration(nodeFs, job),
  merge: (job) => mergeSegments(nodeFs, job),
});

/** Lets pushes and queries have the core first. Where a thread has no such number, it is as it was. */
function giveWay(): void {
  try {
    // "PID/task/TID": Linux takes the number of a thread where that of a process is wanted.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {}
}
