import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  DiffRequestSchema,
  ProfileFormat,
  ProfileTypesResponseSchema,
  QuerierService,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
} from '@emberscope/protocol/querier';
import { fuzzParser, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import type { StoreError } from '../store/store-error.ts';
import { answerQuery } from './answer-query.ts';
import { QUERY_METHODS } from './query-call.ts';
import {
  CPU,
  LIMITS,
  MINUTE,
  NOW,
  NOW_MILLIS,
  openAskedStore,
  TENANT,
} from './testing/asked-store.ts';

const { selectMergeStacktraces } = QuerierService.method;
const CALL = {
  requestEncoding: 'proto',
  encoding: 'proto',
  tenants: [TENANT],
  takesUtf8LabelNames: false,
} as const;
const REQUEST = { profileTypeID: CPU, labelSelector: '{}', start: NOW - MINUTE, end: NOW };

describe('why a store could not do it', () => {
  const ERRORS: readonly (readonly [error: StoreError, code: string])[] = [
    [{ kind: 'unavailable', reason: 'it starts', retryAfterSeconds: 3 }, 'unavailable'],
    [{ kind: 'query-too-large', reason: 'it needs 2 GiB' }, 'resource_exhausted'],
    [{ kind: 'deadline-exceeded', reason: 'it took long' }, 'deadline_exceeded'],
    [{ kind: 'cancelled', reason: 'nobody waits' }, 'canceled'],
    [{ kind: 'damaged', reason: 'bytes are wrong' }, 'internal'],
  ];
  for (const [error, code] of ERRORS) {
    test(`${error.kind} is ${code}, with the store’s reason`, async () => {
      const { store, answerTo } = await openAskedStore();
      const reader = { ...store, mergeTree: async () => ({ ok: false, error }) as const };
      const answer = await answerTo(selectMergeStacktraces, REQUEST, { reader });
      assert.ok(!answer.ok);
      assert.deepEqual([answer.code, answer.message], [code, error.reason]);
      assert.equal(answer.retryAfterSeconds, code === 'unavailable' ? 3 : undefined);
      assert.equal(answer.isDamage, error.kind === 'damaged' ? true : undefined);
    });
  }

  test('a signal ends a query', async () => {
    const { answerTo } = await openAskedStore();
    const answer = await answerTo(selectMergeStacktraces, REQUEST, { signal: AbortSignal.abort() });
    assert.ok(!answer.ok && answer.code === 'canceled');
  });
});

describe('requests that are no message', () => {
  for (const method of QUERY_METHODS) {
    test(`${method}: any bytes have an answer`, async () => {
      const { store } = await openAskedStore();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (request) => {
          const answer = await answerQuery(
            { ...CALL, method, request },
            { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
            { signal: new AbortController().signal },
          );
          assert.ok(answer.ok || answer.code === 'invalid_argument');
        }),
        { numRuns: 50 },
      );
    });
  }

  test('and a good request, damaged', async () => {
    const { store, push } = await openAskedStore();
    await push({ drawn: 'main;serve;json 3\nmain;idle 1' });
    const seeds = [
      toBinary(
        SelectMergeStacktracesRequestSchema,
        create(SelectMergeStacktracesRequestSchema, {
          ...REQUEST,
          maxNodes: 7n,
          format: ProfileFormat.TREE,
          stackTraceSelector: { callSite: [{ name: 'main' }] },
          spanSelector: ['00000bac2a5ab0c7'],
          profileIdSelector: ['dcf0e1e2-6f2e-4d1f-8a37-1f3cd86dd5a0'],
        }),
      ),
      toBinary(
        SelectSeriesRequestSchema,
        create(SelectSeriesRequestSchema, {
          ...REQUEST,
          labelSelector: '{service_name=~"s.*", a!="b"}',
          groupBy: ['service_name'],
          step: 15,
          limit: 3n,
        }),
      ),
      toBinary(DiffRequestSchema, create(DiffRequestSchema, { left: REQUEST, right: REQUEST })),
    ];
    for (const method of QUERY_METHODS) {
      await fuzzParser(
        seeds,
        async (request) => {
          const answer = await answerQuery(
            { ...CALL, method, request },
            { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
            { signal: new AbortController().signal },
          );
          if (answer.ok) return undefined;
          assert.match(answer.code, /^(invalid_argument|unknown)$/);
          return answer.message;
        },
        fuzzRuns(20, 10_000),
      );
    }
  });

  test('bytes that break off are refused with their number', async () => {
    const { store } = await openAskedStore();
    const answer = await answerQuery(
      {
        method: 'querier.v1.QuerierService/LabelNames',
        request: Uint8Array.of(0x0a, 0xff),
        ...CALL,
      },
      { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
      { signal: new AbortController().signal },
    );
    assert.ok(!answer.ok);
    assert.match(answer.message, /^2 bytes are no types\.v1\.LabelNamesRequest: /);
    assert.equal(answer.isUnread, true);
  });

  test('a request in JSON is read like one in bytes, and what nobody knows in it passed over', async () => {
    const { store, push } = await openAskedStore();
    await push({ drawn: 'main;serve 3' });
    const asked = (request: string) =>
      answerQuery(
        {
          ...CALL,
          method: 'querier.v1.QuerierService/ProfileTypes',
          request: Buffer.from(request),
          requestEncoding: 'json',
        },
        { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
        { signal: { aborted: false } },
      );
    const answer = await asked(`{"start":"${NOW - MINUTE}","end":"${NOW}","nope":[1]}`);
    assert.ok(answer.ok);
    const { profileTypes } = fromBinary(ProfileTypesResponseSchema, answer.message);
    assert.deepEqual(
      profileTypes.map(({ ID }) => ID),
      [CPU],
    );
    const unread = await asked('{"start":');
    assert.ok(!unread.ok && unread.isUnread);
    assert.match(unread.message, /^9 bytes are no querier\.v1\.ProfileTypesRequest: /);
  });
});
