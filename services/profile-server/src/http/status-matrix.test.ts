import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzippedPprofOf } from '../testing/drawn-pprof.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';

/*
 * Statuses of good and bad requests, endpoint by endpoint, as Pyroscope's own matrix of them has it;
 * and those of bodies at /ingest.
 */

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const QUERIER = '/querier.v1.QuerierService/';
const SELECTOR = '{service_name="matrix"}';
const now = Date.now();
const RANGE = { start: now - 600_000, end: now + 3_600_000 };
const QUERY = { profileTypeID: CPU, labelSelector: SELECTOR, ...RANGE };
const JSON_TYPE = { 'content-type': 'application/json' };

let server: RunningServer;
before(async () => {
  server = await runServer({ maxQueryLookbackMillis: 0, maxQueryLengthMillis: 0 });
  const url = `${server.url}/ingest?name=matrix&format=pprof`;
  const pushed = await fetch(url, { method: 'POST', body: gzippedPprofOf('main;serve 3') });
  assert.equal(pushed.status, 200);
});
after(() => server.stop());

async function statusOf(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(server.url + path, init);
  await response.arrayBuffer();
  return response.status;
}

const call = (method: string, body: unknown) =>
  statusOf(QUERIER + method, {
    method: 'POST',
    headers: JSON_TYPE,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

type Rows = readonly (readonly [shows: string, body: unknown])[];

const { labelSelector: _selector, ...noSelector } = QUERY;
const { profileTypeID: _type, ...noType } = QUERY;
const { start: _start, end: _end, ...noRange } = QUERY;

/** What is wrong in the same way for every method that takes a range. */
const badMessages: Rows = [
  ['bad JSON', '{bad'],
  ['an empty body', ''],
  ['a start behind the end', { ...QUERY, name: 'x', start: 2, end: 1 }],
];
const badQueries: Rows = [
  ...badMessages,
  ['no type', noType],
  ['an empty type', { ...QUERY, profileTypeID: '' }],
  ['a bad type', { ...QUERY, profileTypeID: 'bad' }],
  ['no selector', noSelector],
  ['a bad selector', { ...QUERY, labelSelector: '!bad_syntax!' }],
  ['no range', noRange],
];
const goodTrees: Rows = [
  ['a query', QUERY],
  ['a number of nodes', { ...QUERY, maxNodes: 1024 }],
  ['0 nodes, the default', { ...QUERY, maxNodes: 0 }],
  ['a format by its number', { ...QUERY, format: 2 }],
  ['a selector of stacks', { ...QUERY, stackTraceSelector: { call_site: [{ name: 'main' }] } }],
  ['names as they are in the .proto', { profile_typeID: CPU, label_selector: '{}', ...RANGE }],
  ['a field that nobody knows', { ...QUERY, nobodyKnows: [{}] }],
];

const METHODS: Readonly<Record<string, { readonly good: Rows; readonly bad: Rows }>> = {
  ProfileTypes: {
    good: [
      ['a range', RANGE],
      ['no range', {}],
      ['zeros', { start: 0, end: 0 }],
      ['a start before 1970', { start: -1, end: now }],
      ['all before 1970', { start: -2, end: -1 }],
    ],
    bad: [
      ...badMessages,
      ['one end of a range', { start: 5 }],
      ['the other end', { end: 5 }],
      ['a time in words', { start: 'now-1h', end: 'now' }],
    ],
  },
  LabelValues: {
    good: [
      ['a name', { name: 'service_name', ...RANGE }],
      ['a matcher', { name: 'service_name', matchers: [SELECTOR], ...RANGE }],
      ['two', { name: 'service_name', matchers: [SELECTOR, '{a!="b"}'], ...RANGE }],
    ],
    bad: [
      ...badMessages,
      ['no range', { name: 'service_name' }],
      ['a bad matcher', { name: 'service_name', matchers: ['!bad_syntax!'], ...RANGE }],
      ['an empty name', { name: '', ...RANGE }],
      ['no name', RANGE],
    ],
  },
  LabelNames: {
    good: [
      ['a range', RANGE],
      ['a matcher', { matchers: [SELECTOR], ...RANGE }],
    ],
    bad: [...badMessages, ['no range', {}], ['a bad matcher', { matchers: ['!'], ...RANGE }]],
  },
  Series: {
    good: [
      ['no matchers', { labelNames: ['service_name'], ...RANGE }],
      ['a matcher', { matchers: [SELECTOR], ...RANGE }],
    ],
    bad: [...badMessages, ['no range', {}], ['a bad matcher', { matchers: ['!'], ...RANGE }]],
  },
  SelectMergeStacktraces: {
    good: goodTrees,
    bad: [
      ...badQueries,
      ['-1 nodes', { ...QUERY, maxNodes: -1 }],
      ['more nodes than there may be', { ...QUERY, maxNodes: 2_000_000 }],
      [
        'spans and traces',
        { ...QUERY, spanSelector: ['00000bac2a5ab0c7'], traceIdSelector: ['a'.repeat(32)] },
      ],
    ],
  },
  SelectMergeProfile: {
    good: [...goodTrees, ['-1 nodes, which it does not look at', { ...QUERY, maxNodes: -1 }]],
    bad: badQueries,
  },
  SelectMergeSpanProfile: {
    good: [
      ['a query', QUERY],
      ['a span', { ...QUERY, spanSelector: ['00000bac2a5ab0c7'] }],
      ['tree bytes', { ...QUERY, format: 2 }],
    ],
    bad: badQueries,
  },
  SelectSeries: {
    good: [
      ['a step', { ...QUERY, step: 15 }],
      ['a name to group by', { ...QUERY, step: 15, groupBy: ['service_name'] }],
      ['a limit', { ...QUERY, step: 15, limit: '5' }],
      ['a negative limit, which is none', { ...QUERY, step: 15, limit: -1 }],
    ],
    bad: [
      ...badQueries.map(([shows, body]) => [shows, withStep(body)] as const),
      ['no step', QUERY],
      ['a step below a millisecond', { ...QUERY, step: 0.0001 }],
    ],
  },
  Diff: {
    good: [
      ['two sides', { left: QUERY, right: QUERY }],
      ['nodes of both', { left: { ...QUERY, maxNodes: 5 }, right: { ...QUERY, maxNodes: 7 } }],
    ],
    bad: [
      ['bad JSON', '{bad'],
      ['an empty body', ''],
      ['no left', { right: QUERY }],
      ['no right', { left: QUERY }],
      ['neither', {}],
      ['no type', { left: noType, right: QUERY }],
      ['a bad type', { left: QUERY, right: { ...QUERY, profileTypeID: 'bad' } }],
      ['no selector', { left: QUERY, right: noSelector }],
    ],
  },
  GetProfileStats: {
    good: [['nothing', {}]],
    bad: [
      ['bad JSON', '{bad'],
      ['an empty body', ''],
    ],
  },
  AnalyzeQuery: {
    good: [
      ['nothing', {}],
      ['a query', { ...RANGE, query: SELECTOR }],
    ],
    bad: [],
  },
};

function withStep(body: unknown): unknown {
  return typeof body === 'object' ? { ...body, step: 15 } : body;
}

for (const [method, { good, bad }] of Object.entries(METHODS)) {
  describe(method, () => {
    for (const [shows, body] of good) {
      test(`200: ${shows}`, async () => assert.equal(await call(method, body), 200));
    }
    for (const [shows, body] of bad) {
      test(`400: ${shows}`, async () => assert.equal(await call(method, body), 400));
    }
    for (const verb of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      test(`405 and the method that is right: ${verb}`, async () => {
        const response = await fetch(`${server.url}${QUERIER}${method}`, { method: verb });
        assert.deepEqual(
          [response.status, response.headers.get('allow'), await response.text()],
          [405, 'POST', ''],
        );
      });
    }
    for (const type of ['text/plain', 'application/grpc-web-text', 'application/connect+json']) {
      test(`415 and the types that are right: ${type}`, async () => {
        const init = { method: 'POST', headers: { 'content-type': type }, body: '{}' };
        const response = await fetch(`${server.url}${QUERIER}${method}`, init);
        assert.deepEqual([response.status, await response.text()], [415, '']);
        assert.match(response.headers.get('accept-post') ?? '', /application\/json/);
      });
    }
  });
}

const query = (changed: Readonly<Record<string, string>>, but: readonly string[] = []) => {
  const given = { query: CPU + SELECTOR, from: 'now-10m', until: 'now', ...changed };
  const kept = Object.entries(given).filter(([name]) => !but.includes(name));
  return new URLSearchParams(kept);
};
const diff = (changed: Readonly<Record<string, string>>, but: readonly string[] = []) => {
  const sides = { leftFrom: 'now-10m', leftUntil: 'now', rightFrom: 'now-10m', rightUntil: 'now' };
  const queries = { leftQuery: CPU + SELECTOR, rightQuery: CPU + SELECTOR };
  const kept = Object.entries({ ...sides, ...queries, ...changed });
  return new URLSearchParams(kept.filter(([name]) => !but.includes(name)));
};
const MEMORY = 'memory:inuse_space:bytes:space:bytes';

const RENDERED: readonly (readonly [status: number, shows: string, path: string])[] = [
  [200, 'a query', `render?${query({})}`],
  [200, 'DOT', `render?${query({ format: 'dot' })}`],
  [200, 'DOT of some nodes', `render?${query({ format: 'dot', maxNodes: '10' })}`],
  [200, 'the other name of that', `render?${query({ format: 'dot', 'max-nodes': '10' })}`],
  [200, 'a group', `render?${query({ groupBy: 'service_name' })}`],
  [200, 'two groups', `render?${query({ groupBy: 'a' })}&groupBy=b`],
  [200, 'sums', `render?${query({ aggregation: 'sum' })}`],
  [200, 'averages', `render?${query({ aggregation: 'avg' })}`],
  [200, 'what is no aggregation', `render?${query({ aggregation: 'nope' })}`],
  [200, '1024 nodes', `render?${query({ maxNodes: '1024' })}`],
  [200, '0 nodes', `render?${query({ maxNodes: '0' })}`],
  [200, 'nodes that are no number', `render?${query({ maxNodes: 'many' })}`],
  [200, 'no times, which are now', `render?${query({}, ['from', 'until'])}`],
  [400, '-1 nodes', `render?${query({ maxNodes: '-1' })}`],
  [400, 'a start of 0', `render?${query({ from: '0' })}`],
  [400, 'an end of 0', `render?${query({ until: '0' })}`],
  [400, 'both 0', `render?${query({ from: '0', until: '0' })}`],
  [400, 'both 0, as DOT', `render?${query({ from: '0', until: '0', format: 'dot' })}`],
  [400, 'no query', `render?${query({}, ['query'])}`],
  [400, 'an empty query', `render?${query({ query: '' })}`],
  [400, 'a bad query', `render?${query({ query: 'bad_query' })}`],
  [400, 'a query without a type', `render?${query({ query: SELECTOR })}`],
  [400, 'a type of another form', `render?${query({ query: `invalid_format${SELECTOR}` })}`],
  [200, 'two sides', `render-diff?${diff({})}`],
  [200, 'of some nodes', `render-diff?${diff({ maxNodes: '10' })}`],
  [200, 'by the other name', `render-diff?${diff({ 'max-nodes': '10' })}`],
  ...(['left', 'right'] as const).flatMap((side) => {
    const name = `${side}Query`;
    return [
      [400, `no ${side} query`, `render-diff?${diff({}, [name])}`],
      [400, `an empty ${side} query`, `render-diff?${diff({ [name]: '' })}`],
      [400, `a bad ${side} query`, `render-diff?${diff({ [name]: 'bad_query' })}`],
      [400, `a ${side} query without a type`, `render-diff?${diff({ [name]: SELECTOR })}`],
      [400, `a bad ${side} type`, `render-diff?${diff({ [name]: `bad${SELECTOR}` })}`],
      [400, `a ${side} start of 0`, `render-diff?${diff({ [`${side}From`]: '0' })}`],
      [400, `a ${side} end of 0`, `render-diff?${diff({ [`${side}Until`]: '0' })}`],
    ] as const;
  }),
  [400, 'two types', `render-diff?${diff({ rightQuery: MEMORY + SELECTOR })}`],
  [200, 'the types', 'label-values?label=__name__'],
  [400, 'another label', 'label-values?label=service_name'],
  [400, 'no label', 'label-values'],
];

test('a client that asks for an answer later gets it at once', async () => {
  for (const later of [{ type: 'ASYNC_QUERY_TYPE_FORCE' }, { type: 1, requestId: 'unknown' }]) {
    const body = JSON.stringify({ ...QUERY, async: later });
    const init = { method: 'POST', headers: JSON_TYPE, body };
    const response = await fetch(`${server.url}${QUERIER}SelectMergeStacktraces`, init);
    assert.deepEqual(Object.keys(JSON.parse(await response.text())), ['flamegraph']);
  }
});

test('what Pyroscope answers with 500 where the client is wrong has the cause in a header', async () => {
  const cases: readonly (readonly [method: string, wrong: object, words: RegExp])[] = [
    ['SelectMergeStacktraces', { spanSelector: ['xyz'] }, /invalid span id length: "xyz"$/],
    ['SelectMergeStacktraces', { traceIdSelector: ['xyz'] }, /invalid trace id length: "xyz"$/],
    ['SelectMergeStacktraces', { profileIdSelector: ['xyz'] }, /invalid UUID length: 3$/],
    ['SelectMergeSpanProfile', { spanSelector: [''] }, /invalid span id length: ""$/],
    ['SelectSeries', { step: 15, exemplarType: 'EXEMPLAR_TYPE_SPAN' }, /is not implemented$/],
    ['SelectHeatmap', { step: 15 }, /query type must be specified$/],
    ['SelectHeatmap', { step: 15, queryType: 1, labelSelector: '' }, /label selector ""/],
  ];
  for (const [method, wrong, words] of cases) {
    const body = JSON.stringify({ ...QUERY, ...wrong });
    const init = { method: 'POST', headers: JSON_TYPE, body };
    const response = await fetch(`${server.url}${QUERIER}${method}`, init);
    const { code, message } = JSON.parse(await response.text());
    assert.deepEqual([response.status, code], [500, 'unknown'], method);
    assert.match(message, words);
    assert.equal(response.headers.get('emberscope-reason'), 'invalid_argument');
  }
});

test('a client whose time is up hears so', async () => {
  for (const millis of ['0', '1']) {
    const headers = { ...JSON_TYPE, 'connect-timeout-ms': millis };
    const init = { method: 'POST', headers, body: JSON.stringify(QUERY) };
    const response = await fetch(`${server.url}${QUERIER}SelectMergeStacktraces`, init);
    if (millis === '1' && response.status === 200) continue;
    assert.equal(response.status, 504);
    assert.match(await response.text(), /"code":"deadline_exceeded"/);
  }
});

describe('the older HTTP API', () => {
  for (const [status, shows, path] of RENDERED) {
    const [endpoint] = path.split('?');
    test(`${endpoint}, ${status}: ${shows}`, async () => {
      assert.equal(await statusOf(`/pyroscope/${path}`), status);
    });
  }
  for (const endpoint of ['render', 'render-diff', 'label-values']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      test(`${endpoint}, 405: ${method}`, async () => {
        const response = await fetch(`${server.url}/pyroscope/${endpoint}`, { method });
        assert.deepEqual(
          [response.status, response.headers.get('allow'), await response.text()],
          [405, null, ''],
        );
      });
    }
  }
});

describe('/ingest', () => {
  const form = (parts: Readonly<Record<string, string>>) => {
    const body = new FormData();
    for (const [name, text] of Object.entries(parts)) body.set(name, new Blob([text]), name);
    return body;
  };
  const old = Math.floor(now / 1000) - 7200;
  const cases: readonly (readonly [
    status: number,
    code: string | undefined,
    shows: string,
    query: string,
    body: string | FormData,
  ])[] = [
    [200, undefined, 'text', 'name=a', 'a;b 1'],
    [200, undefined, 'no profile', 'name=a&format=pprof', ''],
    [200, undefined, 'a form without one', 'name=a', form({ other: 'x' })],
    [200, undefined, 'text without a stack', 'name=a', '\n'],
    [400, 'invalid_argument', 'no name', '', 'a;b 1'],
    [400, 'invalid_argument', 'a bad name', 'name=a%20b', 'a;b 1'],
    [400, 'invalid_argument', 'a suffix that is none', 'name=a.nope', 'a;b 1'],
    [400, 'invalid_argument', 'text that is too old', `name=a&from=${old}`, 'a;b 1'],
    [400, 'invalid_argument', 'a bad label in text', `name=a{k=${'v'.repeat(3000)}}`, 'a;b 1'],
    [422, 'unknown', 'text with a bad count', 'name=a', 'a;b x'],
    [422, 'unknown', 'lines that are too long', 'name=a&format=lines', 'x'.repeat(70_000)],
    [422, 'unknown', 'a trie that is cut off', 'name=a&format=trie', '\0\0\x01\x05'],
    [422, 'unknown', 'a tree that is cut off', 'name=a&format=tree', '\0\0\x01\x05'],
    [422, 'unknown', 'pprof that is none', 'name=a&format=pprof', 'garbage'],
    [422, 'unknown', 'a form of that', 'name=a', form({ profile: 'garbage' })],
    [422, 'unknown', 'a profile before', 'name=a', form({ profile: 'x', prev_profile: 'y' })],
    [
      422,
      'unknown',
      'types that are no JSON',
      'name=a',
      form({ profile: 'x', sample_type_config: '{' }),
    ],
    [422, 'unknown', 'a recording that is none', 'name=a&format=jfr', 'garbage'],
    [422, 'unknown', 'speedscope that is none', 'name=a&format=speedscope', '{}'],
    [413, 'invalid_argument', 'too large a body', 'name=a', 'x'.repeat(4 * 1024 * 1024 + 1)],
  ];
  for (const [status, code, shows, query, body] of cases) {
    test(`${status}: ${shows}`, async () => {
      const response = await fetch(`${server.url}/ingest?${query}`, { method: 'POST', body });
      const text = await response.text();
      assert.equal(response.status, status, text);
      if (code === undefined) return assert.equal(text, '');
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      const error = JSON.parse(text);
      assert.equal(error.code, code);
      assert.notEqual(error.message, '');
    });
  }
  test('422: a form without a boundary', async () => {
    const headers = { 'content-type': 'multipart/form-data' };
    assert.equal(await statusOf('/ingest?name=a', { method: 'POST', headers, body: 'x' }), 422);
  });
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
    test(`405: ${method}`, async () => {
      const response = await fetch(`${server.url}/ingest?name=a`, { method });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, null]);
    });
  }
});

describe('paths that are not there', () => {
  for (const [path, type, text] of [
    ['/nope', 'text/plain; charset=utf-8', '404 page not found\n'],
    [`${QUERIER}Nope`, 'text/plain; charset=utf-8', '404 page not found\n'],
    ['/render', 'text/plain; charset=utf-8', '404 page not found\n'],
    ['/label-values', 'text/plain; charset=utf-8', '404 page not found\n'],
    ['/healthz', 'text/plain; charset=utf-8', '404 page not found\n'],
    ['/config', 'text/plain; charset=utf-8', '404 page not found\n'],
    ['/api/v1/query', 'application/json', '{"code":5,"message":"Not Found","details":[]}'],
  ] as const) {
    test(path, async () => {
      const response = await fetch(server.url + path, { method: 'POST', body: '{}' });
      assert.deepEqual(
        [response.status, response.headers.get('content-type'), await response.text()],
        [404, type, text],
      );
    });
  }
});
