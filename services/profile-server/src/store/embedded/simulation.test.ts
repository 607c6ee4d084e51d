import { test } from 'node:test';
import { failuresOf, seedsToRun } from './testing/sim-seeds.ts';

/*
 * Lives of the store on disk, each drawn from a seed: see `testing/sim-run.ts`. A failure says how to
 * see it again:
 *
 *     EMBERSCOPE_SIM_SEED=123 node --test services/profile-server/dist/store/embedded/simulation.test.js
 */

/** A fifth of a second of a core each; the slow suite runs more. */
const SEEDS = 200;

const seeds = seedsToRun(1, SEEDS);
test(`${seeds.length} simulated lives`, async () => {
  const failures = await failuresOf(seeds);
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
});
