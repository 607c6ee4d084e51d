import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PlainBug, plainDurableStores } from './plain-durable-store.ts';
import { simulate } from './sim-run.ts';

/** The message of the first seed that fails, if one of so many does. */
async function firstFailure(seeds: number, bug?: PlainBug): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const subject = {
      open: plainDurableStores(bug),
      faultsOf: async () => [],
      versionOf: async () => 0,
    };
    try {
      await simulate(seed, subject);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

describe('simulated runs', () => {
  test('a store that keeps the rules passes', async () => {
    assert.equal(await firstFailure(20), undefined);
  });

  const bugs: readonly PlainBug[] = [
    'acks-before-sync',
    'ignores-short-writes',
    'no-directory-sync',
    'uses-a-file-after-a-failed-sync',
    'forgets-push-ids',
    'keeps-what-it-refused',
  ];
  for (const bug of bugs) {
    test(`a store that ${bug.replaceAll('-', ' ')} is found out`, async () => {
      assert.match((await firstFailure(200, bug)) ?? '', /again: EMBERSCOPE_SIM_SEED=\d+$/);
    });
  }
});
