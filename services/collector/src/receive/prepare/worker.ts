import { poolWorkerData, serveJobs } from '@emberscope/node-kit/worker';
import { createLabelPolicy } from '../../labels/label-policy.ts';
import { prepareIngest } from './prepare-ingest.ts';
import type { PrepareJobs, PrepareWorkerData } from './prepare-jobs.ts';
import { preparePush } from './prepare-push.ts';

// The collector starts its threads with this.
const { labels, messageMaxBytes } = poolWorkerData() as PrepareWorkerData;
const policy = createLabelPolicy(labels);

serveJobs<PrepareJobs>({
  ingest(job, context) {
    const prepared = prepareIngest(job, policy);
    if ('body' in prepared) context.transfer(prepared.body.buffer);
    return prepared;
  },
  push(job, context) {
    const prepared = preparePush(job, policy, messageMaxBytes);
    if ('body' in prepared) context.transfer(prepared.body.buffer);
    return prepared;
  },
});
