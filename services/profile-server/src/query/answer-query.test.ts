import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QuerierService } from '@emberscope/protocol/querier';
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
            { method, request, encoding: 'proto', tenants: [TENANT], takesUtf8LabelNames: false },
            { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
            { signal: new AbortController().signal },
          );
          assert.ok(answer.ok || answer.code === 'invalid_argument');
        }),
        { numRuns: 50 },
      );
    });
  }

  test('bytes that break off are refused with their number', async () => {
    const { store } = await openAskedStore();
    const answer = await answerQuery(
      {
        method: 'querier.v1.QuerierService/LabelNames',
        request: Uint8Array.of(0x0a, 0xff),
        encoding: 'json',
        tenants: [TENANT],
        takesUtf8LabelNames: false,
      },
      { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
      { signal: new AbortController().signal },
    );
    assert.ok(!answer.ok);
    assert.match(answer.message, /^2 bytes are no types\.v1\.LabelNamesRequest: /);
  });
});
