import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { labelSetFromRecord } from '@emberscope/labels';
import { createProfileBuilder, NO_MAPPING, type Profile } from '@emberscope/profile';
import { fuzzRuns } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { tenantId } from '../ids.ts';
import type { ProfileReader } from '../profile-store.ts';
import type { ProfileSelection, QueryContext } from '../selection.ts';
import { createStoreInMemory } from './testing/store-in-memory.ts';

const NOW_MILLIS = 1_795_521_600_000;
const TENANT = tenantId('anonymous');
const PROFILES = 1000;
const PODS = 5;
const SAMPLES = fuzzRuns(40, 160).numRuns;
const STACKS = fuzzRuns(4000, 20_000).numRuns;

/** A query asks its signal at least this often: of what it looks at, about a millisecond's work. */
const LEAST_CHECKS = 2;

const SELECTION = {
  tenants: [TENANT],
  range: {
    startNanos: unixNanos(BigInt(NOW_MILLIS - PROFILES * 100) * 1_000_000n),
    endNanos: unixNanos(BigInt(NOW_MILLIS) * 1_000_000n),
  },
  matchers: [],
  profileType: {
    name: 'wall',
    sampleType: 'wall',
    sampleUnit: 'nanoseconds',
    periodType: '',
    periodUnit: '',
  },
} as const satisfies ProfileSelection;
const FUNCTION = { name: 'f7', file: '', line: 0 };
const BUCKETS = { firstEdgeNanos: SELECTION.range.startNanos, stepMillis: 1000 };
const STEP = { ...BUCKETS, groupBy: ['pod'], limit: 0 };

type Ask = (store: ProfileReader, context: QueryContext) => Promise<{ readonly ok: boolean }>;

const QUERIES: Readonly<Record<string, Ask>> = {
  mergeTree: (store, context) =>
    store.mergeTree({ ...SELECTION, mode: 'sum', frameKey: 'reported-name' }, context),
  'mergeTree of means': (store, context) =>
    store.mergeTree({ ...SELECTION, mode: 'average', frameKey: 'source-function' }, context),
  mergeTotal: (store, context) => store.mergeTotal({ ...SELECTION, mode: 'sum' }, context),
  mergeProfile: (store, context) => store.mergeProfile(SELECTION, context),
  mergeFunction: (store, context) =>
    store.mergeFunction({ ...SELECTION, mode: 'sum', function: FUNCTION }, context),
  selectSeries: (store, context) =>
    store.selectSeries({ ...SELECTION, ...STEP, mode: 'sum', exemplars: true }, context),
  'selectSeries of a function': (store, context) =>
    store.selectSeries(
      { ...SELECTION, ...STEP, mode: 'average', exemplars: false, function: FUNCTION },
      context,
    ),
  selectPoints: (store, context) =>
    store.selectPoints({ ...SELECTION, groupBy: [], per: 'profile' }, context),
  singleProfiles: (store, context) =>
    store.singleProfiles({ ...SELECTION, order: 'largest', limit: 50 }, context),
  functionTimelines: (store, context) =>
    store.functionTimelines(
      { ...SELECTION, ...BUCKETS, stepMillis: 10_000, mode: 'sum', limit: 50 },
      context,
    ),
};

for (const where of ['the log', 'segments']) {
  describe(`a query of ${where} that is no longer wanted`, () => {
    const store = createStoreInMemory({ nowMillis: () => NOW_MILLIS });

    before(async () => {
      await store.start();
      const drawn = Array.from({ length: 120 }, (_, i) => profileAt(i));
      for (let pod = 0; pod < PODS; pod++) {
        const labels = { __name__: 'wall', service_name: 'a', pod: `${pod}` };
        const profiles = Array.from({ length: PROFILES / PODS }, (_, i) => {
          const number = i * PODS + pod;
          const profile = drawn[number % drawn.length];
          assert.ok(profile !== undefined);
          const timeNanos = unixNanos(BigInt(NOW_MILLIS - number * 100) * 1_000_000n);
          return { profile: { ...profile, timeNanos } };
        });
        await store.push(TENANT, [{ labels: labelSetFromRecord(labels), profiles }]);
      }
      if (where === 'segments') await store.flush();
    });

    for (const [name, ask] of Object.entries(QUERIES)) {
      test(`${name} asks its signal as it goes on, and ends when that says so`, async () => {
        // What a store reads once and keeps, it has from here on.
        const { signal } = new AbortController();
        assert.ok((await ask(store, { signal })).ok);
        let checks = 0;
        const whole = await ask(
          store,
          contextThatEnds(() => ++checks < 0),
        );
        assert.ok(whole.ok);
        assert.ok(checks >= LEAST_CHECKS, `${checks} checks`);
        // It ends at once whenever that says so: three moments of all.
        for (let last = 0; last < checks; last += Math.ceil(checks / 3)) {
          let asked = 0;
          const ended = await ask(
            store,
            contextThatEnds(() => asked++ >= last),
          );
          assert.deepEqual(ended, {
            ok: false,
            error: { kind: 'cancelled', reason: 'the query was cancelled' },
          });
          assert.equal(asked, last + 1);
        }
      });
    }

    test('leaves the store as it was', async () => {
      const { profileCount } = await store.stats();
      assert.equal(profileCount, PROFILES);
      await store.stop();
    });
  });
}

/** As of a thread that reads from shared memory whether its caller still waits. */
function contextThatEnds(isAborted: () => boolean): QueryContext {
  const { signal } = new AbortController();
  Object.defineProperty(signal, 'aborted', { get: isAborted });
  return { signal };
}

function profileAt(number: number): Profile {
  const builder = createProfileBuilder({ sampleTypes: [{ type: 'wall', unit: 'nanoseconds' }] });
  const { symbols, stacks } = builder;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const which = (number * SAMPLES + sample) % STACKS;
    const frames = ['main', `f${which % 50}`, `g${which % 3000}`, `h${which}`];
    const locations = frames.map((name) => {
      const row = { name: symbols.string(name), systemName: 0, fileName: 0, startLine: 0 };
      return symbols.location({
        mapping: NO_MAPPING,
        address: 0n,
        isFolded: false,
        lines: [{ function: symbols.function(row), lineNumber: 1 }],
      });
    });
    builder.addSample(stacks.intern(locations), [BigInt(sample + 1)], 0);
  }
  return builder.finish();
}
