import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { systemClock } from '@emberscope/node-kit';
import type { FlushJob } from '../store/embedded/maintenance/maintenance-jobs.ts';
import { createMaintenance } from './maintenance-threads.ts';

/** Of a generation with nothing in it. */
const JOB: FlushJob = {
  dataDir: '/nowhere',
  generation: { generation: 1, chunks: [] },
  ...{ deletions: [], sequence: 1, files: [], nowMillis: 0 },
};

test('a thread is there while it has something to do', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const clock = {
    ...systemClock,
    // The wait for another job is over at once.
    after: (millis: number, run: () => void) =>
      systemClock.after(millis === 5_000 ? 0 : millis, run),
  };
  const maintenance = createMaintenance(clock);
  t.after(() => maintenance.close());
  const before = threadCount();
  for (let job = 0; job < 2; job++) {
    assert.deepEqual((await maintenance.flush(JOB)).segments, []);
    while (threadCount() > before) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await maintenance.close();
  await assert.rejects(maintenance.flush(JOB), /the server is stopping/);
});

function threadCount(): number {
  return readdirSync('/proc/self/task').length;
}
