import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import type { ProfileId } from '../../ids.ts';
import type { ProfileStore } from '../../profile-store.ts';
import type { PushOutcomes } from '../../push.ts';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { START_MILLIS, type Step, steps, TENANTS } from '../../testing/drawn-steps.ts';
import { type DrawnQuestion, drawnQuestion, stretchStep } from './testing/drawn-questions.ts';
import { createDrawnStore, type DrawnStore } from './testing/drawn-store.ts';

/** Seconds of the steps as they are, as three hours, as a day: whole hours and days lie in ranges. */
const FACTORS = [1n, 10_800n, 86_400n] as const;

type Settling = {
  readonly name: string;
  /** After each step. */
  readonly step: (store: DrawnStore, step: Step) => Promise<void>;
  /** Before questions are asked. */
  readonly end: (store: DrawnStore) => Promise<void>;
};

const nothing = async () => {};
const flushAtWaits = async (store: DrawnStore, { kind }: Step) => {
  if (kind === 'wait') await store.flush();
};

const SETTLINGS: readonly Settling[] = [
  { name: 'in the log', step: nothing, end: nothing },
  {
    name: 'in generations of the log',
    step: async (store, { kind }) => {
      if (kind === 'wait') store.log.cut();
    },
    end: nothing,
  },
  { name: 'in segments and the log', step: flushAtWaits, end: nothing },
  { name: 'in segments', step: flushAtWaits, end: (store) => store.flush() },
  {
    name: 'in segments of days',
    step: flushAtWaits,
    end: async (store) => {
      await store.flush();
      await store.merge('day');
    },
  },
  {
    name: 'in merged segments, others and the log',
    step: async (store, step) => {
      if (step.kind !== 'wait') return;
      await store.flush();
      if (store.manifest().segments.length > 2) await store.merge('merged');
    },
    end: nothing,
  },
];

describe('a reader answers as the plain store does', () => {
  for (const settling of SETTLINGS) {
    test(`with profiles ${settling.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.array(drawnQuestion, { minLength: 1, maxLength: 12 }),
          fc.constantFrom(...FACTORS),
          async (all, questions, factor) => {
            await compare(all, questions, factor, settling);
          },
        ),
        fuzzRuns(10, 1500),
      );
    });
  }
});

async function compare(
  all: readonly Step[],
  questions: readonly DrawnQuestion[],
  factor: bigint,
  settling: Settling,
): Promise<void> {
  const nowMillis = () => START_MILLIS;
  const drawn = createDrawnStore({ nowMillis, chunkBytes: 700 });
  const stores: readonly ProfileStore[] = [createBruteForceStore({ nowMillis }), drawn];
  const ids: readonly ProfileId[][] = [[], []];
  for (const each of all) {
    const step = stretchStep(each, factor);
    const kinds: unknown[] = [];
    for (const [i, store] of stores.entries()) {
      const outcomes = await take(store, step);
      ids[i]?.push(...idsOf(outcomes));
      kinds.push(outcomes.map((ofSeries) => ofSeries.map(({ kind }) => kind)));
    }
    assert.deepEqual(kinds[1], kinds[0]);
    await settling.step(drawn, step);
    // A reader that has looked before has to find what is new.
    if (step.kind === 'push') await drawn.tenantStats([TENANTS[0]], CONTEXT);
  }
  await settling.end(drawn);
  for (const question of questions) {
    const answers: unknown[] = [];
    for (const [i, store] of stores.entries()) {
      const known = ids[i] ?? [];
      const numberOf = (id: ProfileId) => known.indexOf(id);
      answers.push(await question.ask({ store, factor, numberOf, ids: known }));
    }
    assert.deepEqual(answers[1], answers[0], question.name);
  }
}

const CONTEXT = { signal: new AbortController().signal };

async function take(store: ProfileStore, step: Step): Promise<PushOutcomes> {
  switch (step.kind) {
    case 'push':
      return store.push(TENANTS[step.tenant] ?? TENANTS[0], step.series);
    case 'delete': {
      assert.ok((await store.deleteSeries({ ...step, tenants: [TENANTS[0]] })).ok);
      return [];
    }
    case 'wait':
      return [];
    default:
      return step satisfies never;
  }
}

function idsOf(outcomes: PushOutcomes): ProfileId[] {
  return outcomes.flat().flatMap((outcome) => (outcome.kind === 'stored' ? outcome.profileId : []));
}
