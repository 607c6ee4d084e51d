import { serveJobs } from '@emberscope/node-kit/worker';
import { giveBackFreePages } from '../free-pages.ts';

/* The entry file of a thread that does nothing but give memory back. */

export type FreePagesJobs = {
  nothing: { input: undefined; output: undefined };
  giveBack: { input: undefined; output: undefined };
};

serveJobs<FreePagesJobs>({ nothing: () => undefined, giveBack: giveBackFreePages });
