import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { PageService } from '@emberscope/protocol/page';
import {
  HeatmapQueryType,
  ProfileFormat,
  ProfileTypesResponseSchema,
  QuerierService,
} from '@emberscope/protocol/querier';
import { fuzzParser, PARSER_RUNS } from '@emberscope/test-kit';
import fc from 'fast-check';
import type { StoreError } from '../store/store-error.ts';
import { answerQuery } from './answer-query.ts';
import { QUERY_METHODS, type QueryMethod } from './query-call.ts';
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

const ENOUGH = {
  ...REQUEST,
  labelSelector: '{service_name=~"s.*", a!="b"}',
  matchers: ['{service_name="shop"}'],
  name: 'service_name',
  labelNames: ['service_name'],
  groupBy: ['service_name'],
  step: 15,
  queryType: HeatmapQueryType.SPAN,
  limit: 3n,
  maxNodes: 7n,
  format: ProfileFormat.TREE,
  stackTraceSelector: { callSite: [{ name: 'main' }] },
  spanSelector: ['00000bac2a5ab0c7'],
  profileIdSelector: ['dcf0e1e2-6f2e-4d1f-8a37-1f3cd86dd5a0'],
  left: REQUEST,
  right: REQUEST,
  range: { startMillis: REQUEST.start, endMillis: REQUEST.end },
  selection: {
    range: { startMillis: REQUEST.start, endMillis: REQUEST.end },
    profileType: CPU,
    selector: '{service_name="shop"}',
  },
  function: { name: 'serve' },
};

/** Of what there is above, as much as the method's request has fields for. */
function goodRequest(method: QueryMethod): Uint8Array {
  const described = [QuerierService, PageService]
    .flatMap((service) => service.methods as readonly DescMethod[])
    .find(({ name, parent }) => `${parent.typeName}/${name}` === method);
  assert.ok(described !== undefined, method);
  const init = method.startsWith('emberscope') ? { ...ENOUGH, limit: 3, maxNodes: 7 } : ENOUGH;
  return toBinary(described.input, create(described.input, init as MessageInitShape<DescMessage>));
}

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
    await push({ drawn: 'main;serve;json 3\nmain;idle 1', service: 'shop' });
    for (const method of QUERY_METHODS) {
      await fuzzParser(
        [goodRequest(method)],
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
        // All methods together: what reads a message and what is in it is the same for them.
        { numRuns: Math.ceil(PARSER_RUNS.numRuns / QUERY_METHODS.length) },
      );
    }
  });

  test('a range that ends behind the end of time is answered', async () => {
    const { store, push } = await openAskedStore();
    await push({ drawn: 'main;serve;json 3', service: 'shop' });
    // Until 2^53 - 1.
    const request = Buffer.from('CgoIoN+x66A0EP////////8PGgxzZXJ2aWNlX25hbWU=', 'base64');
    const method = 'emberscope.page.v1.PageService/ListServices';
    const answer = await answerQuery(
      { ...CALL, method, request },
      { reader: store, limits: LIMITS, nowMillis: () => NOW_MILLIS },
      { signal: new AbortController().signal },
    );
    assert.ok(answer.ok);
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
