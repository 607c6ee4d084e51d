import { test } from 'node:test';
import { failuresOf, seedsToRun } from './testing/sim-seeds.ts';

/* The same as `simulation.test.ts`, for longer: EMBERSCOPE_SIM_SEEDS says how many lives. */

/** A fifth of a second each: the long matrix has the time, a stranger's first run does not. */
const SEEDS = process.env.EMBERSCOPE_TESTS === 'all' ? 5000 : 300;
/** Behind those that the fast test runs. */
const FIRST_SEED = 1000;

const seeds = seedsToRun(FIRST_SEED, Number(process.env.EMBERSCOPE_SIM_SEEDS ?? SEEDS));
test(`${seeds.length} simulated lives`, async () => {
  const failures = await failuresOf(seeds);
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
});
