import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JobError, type JobOutcome, type RunOptions } from '@emberscope/node-kit';
import { ANONYMOUS } from '../store/ids.ts';
import type { QueryInput } from '../work/jobs.ts';
import type { QueryAnswer, QueryCall } from './query-call.ts';
import { createQueryService } from './query-service.ts';
import { LIMITS } from './testing/asked-store.ts';

const CALL: QueryCall = {
  ...{ method: 'querier.v1.QuerierService/LabelNames', request: new Uint8Array(0) },
  ...{
    requestEncoding: 'proto',
    encoding: 'proto',
    tenants: [ANONYMOUS],
    takesUtf8LabelNames: false,
  },
};
const CLIENT = { signal: new AbortController().signal, timeoutMillis: undefined };
const NOTHING: QueryAnswer = { ok: true, message: new Uint8Array(0) };

type Run = (input: QueryInput, options: RunOptions) => Promise<JobOutcome<QueryAnswer>>;

function serviceOf(query: Run) {
  const observed: QueryAnswer[] = [];
  const service = createQueryService({
    ...{ store: { query }, limits: LIMITS, nowMillis: () => 5000, monotonicMillis: () => 0 },
    observe: (_, answer) => observed.push(answer),
  });
  return { service, observed };
}

describe('a query', () => {
  const failure = { name: 'Error', message: 'a mistake', stack: undefined, data: undefined };
  const cases: readonly (readonly [JobOutcome<QueryAnswer>, object])[] = [
    [{ kind: 'done', output: NOTHING }, NOTHING],
    [
      { kind: 'worker-died', reason: 'no memory', isBegun: true },
      {
        ...{ ok: false, code: 'unavailable', retryAfterSeconds: 1 },
        message: 'the thread that answered it ended: no memory',
      },
    ],
    [
      { kind: 'cancelled', by: 'signal' },
      { ok: false, code: 'canceled', message: 'the query was cancelled' },
    ],
    [
      { kind: 'cancelled', by: 'close' },
      {
        ...{ ok: false, code: 'unavailable', retryAfterSeconds: 1 },
        message: 'the server is stopping',
      },
    ],
    [
      { kind: 'timed-out', where: 'worker', timeoutMillis: 60_000 },
      {
        ...{ ok: false, code: 'deadline_exceeded' },
        message: 'the query was not answered within 60000 ms',
      },
    ],
    [
      { kind: 'busy', queued: 9 },
      {
        ...{ ok: false, code: 'unavailable', retryAfterSeconds: 1 },
        message: '9 requests wait already',
      },
    ],
    [
      { kind: 'failed', error: new JobError(failure) },
      { ok: false, code: 'internal', message: 'a mistake' },
    ],
  ];
  for (const [outcome, expected] of cases) {
    const why = 'by' in outcome ? outcome.by : 'where' in outcome ? outcome.where : '';
    test(`whose job is ${`${outcome.kind} ${why}`.trim()} is answered, counted, and over`, async () => {
      const { service, observed } = serviceOf(async () => outcome);
      const answer = await service.answer(CALL, CLIENT);
      assert.deepEqual(answer, expected);
      assert.deepEqual(observed, [answer]);
      assert.equal(service.running(), 0);
    });
  }

  test('ends with its client, and when the client says', async () => {
    const asked: [QueryInput, RunOptions][] = [];
    const { service } = serviceOf(async (...given) => {
      asked.push(given);
      return { kind: 'done', output: NOTHING };
    });
    const { signal } = new AbortController();
    for (const timeoutMillis of [undefined, 700, 90_000, 0]) {
      await service.answer(CALL, { signal, timeoutMillis });
    }
    assert.ok(asked.every(([, options]) => options.signal === signal));
    assert.deepEqual(
      asked.map(([{ deadlineMillis }, options]) => [deadlineMillis, options.timeoutMillis]),
      [
        [65_000, 60_000],
        [5700, 700],
        [65_000, 60_000],
        [5000, 1],
      ],
    );
  });

  test('beyond 128 that run is none, until one of them has ended', async () => {
    const ends: (() => void)[] = [];
    const { service } = serviceOf(
      () => new Promise((resolve) => ends.push(() => resolve({ kind: 'done', output: NOTHING }))),
    );
    const first = Array.from({ length: 128 }, () => service.answer(CALL, CLIENT));
    assert.equal(service.running(), 128);
    const refused = await service.answer(CALL, CLIENT);
    assert.ok(!refused.ok);
    assert.deepEqual([refused.code, refused.retryAfterSeconds], ['resource_exhausted', 1]);
    ends[0]?.();
    await first[0];
    const next = service.answer(CALL, CLIENT);
    assert.equal(service.running(), 128);
    for (const end of ends) end();
    assert.ok((await Promise.all([...first, next])).every(({ ok }) => ok));
    assert.equal(service.running(), 0);
  });
});
