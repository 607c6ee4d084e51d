import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startApi } from '../testing/api-under-test.ts';
import { bundle, bundleOf, id, malware, relationship, report } from '../testing/bundles.ts';

const { store, readiness, url, ask, stored201, setProbe } = await startApi();

describe('a bundle comes back as it went in', () => {
  const references = Array.from({ length: 2_500 }, (_, i) => id('malware', i));
  const cases: readonly [where: string, objects: readonly unknown[]][] = [
    [
      'report first',
      [report(references), malware(1), relationship(1, id('malware', 1), id('tool', 1))],
    ],
    ['report last', [...Array.from({ length: 250 }, (_, i) => malware(i)), report(references)]],
    ['report between', [malware(1, { name: 'ü"\\\n' }), report(references), malware(2)]],
    ['report alone, referring to a thousand', [report(references.slice(0, 1_000))]],
    ['report referring to one', [report(references.slice(0, 1)), malware(0)]],
  ];
  for (const [where, objects] of cases) {
    test(where, async () => {
      const record = await stored201(bundle(objects));
      assert.equal(record.elementCount, objects.length);
      const { status, body } = await ask(`/reports/${record.id}/bundle`);
      assert.equal(status, 200);
      assert.deepEqual(body, { type: 'bundle', objects });
    });
  }
});

describe('a request that is wrong is told why', () => {
  const json = { 'Content-Type': 'application/json' };
  const cases: readonly [
    what: string,
    path: string,
    init: RequestInit,
    status: number,
    reason: RegExp,
  ][] = [
    [
      'no type',
      '/reports',
      { method: 'POST', body: new Uint8Array(2) },
      415,
      /not an unnamed type/,
    ],
    ['form', '/reports', { method: 'POST', body: new URLSearchParams('a=1') }, 415, /x-www-form/],
    [
      'gzip',
      '/reports',
      { method: 'POST', body: 'x', headers: { ...json, 'Content-Encoding': 'gzip' } },
      415,
      /gzip/,
    ],
    ['empty', '/reports', { method: 'POST', headers: json }, 400, /empty/],
    ['malformed', '/reports', { method: 'POST', headers: json, body: '{"type":' }, 400, /not JSON/],
    ['no bundle', '/reports', { method: 'POST', headers: json, body: '{}' }, 422, /"bundle"/],
    [
      'no report',
      '/reports',
      { method: 'POST', headers: json, body: bundle([malware(1)]) },
      422,
      /no valid report/,
    ],
    [
      'empty report',
      '/reports',
      { method: 'POST', headers: json, body: bundle([report([])]) },
      422,
      /no valid report/,
    ],
    [
      'references elsewhere',
      '/reports',
      { method: 'POST', headers: json, body: bundle([malware(1, { object_refs: [1] })]) },
      422,
      /no valid report/,
    ],
    ['method', '/reports', { method: 'DELETE' }, 405, /takes GET and POST, not DELETE/],
    ['path', '/report', {}, 404, /nothing at GET \/report/],
    ['unknown report', '/reports/000000000000-00000000', {}, 404, /no report/],
    ['id that is none', '/reports/..%2f', {}, 404, /no report/],
    ['bundle of no report', '/reports/000000000000-00000000/bundle', {}, 404, /no report/],
    ['limit', '/reports?limit=0', {}, 400, /limit/],
    ['limit twice', '/reports?limit=1&limit=2', {}, 400, /limit/],
    ['before', '/reports?before=x', {}, 400, /before/],
    ['hits from', '/reports/000000000000-00000000/hits?from=-1', {}, 400, /from/],
    ['search without a name', '/search', {}, 400, /name/],
    ['search for a type', '/search?name=a&type=cat', {}, 400, /type/],
  ];
  for (const [what, path, init, status, reason] of cases) {
    test(`${what}: ${status}`, async () => {
      const before = store.listReports(100).length;
      const answer = await ask(path, init);
      assert.equal(answer.status, status);
      assert.match(String(answer.body.reason), reason);
      assert.equal(store.listReports(100).length, before);
    });
  }
});

test('a wrong method is told the right ones', async () => {
  const response = await fetch(`${url}/reports`, { method: 'PATCH' });
  assert.equal(response.headers.get('allow'), 'GET, POST');
});

test('the list shows the newest first, page by page', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.unshift((await stored201(bundleOf(i + 1))).id);
  const idsOf = async (query: string) => {
    const { body } = await ask(`/reports?${query}`);
    assert.ok(Array.isArray(body.reports));
    return body.reports.map((listed: { id: string }) => listed.id);
  };
  assert.deepEqual(await idsOf('limit=2'), ids.slice(0, 2));
  assert.deepEqual((await idsOf(`limit=2&before=${ids[1]}`))[0], ids[2]);
});

test('hits are lines, in order, from anywhere', async () => {
  const record = await stored201(bundleOf(250));
  const hitsOf = async (query: string) => {
    const response = await fetch(`${url}/reports/${record.id}/hits?${query}`);
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
    const lines = (await response.text()).split('\n');
    assert.equal(lines.pop(), '');
    return lines.map((line) => JSON.parse(line));
  };
  const hits = await hitsOf('');
  assert.deepEqual(
    hits.map(({ sort }) => sort[0]),
    Array.from({ length: 251 }, (_, i) => i),
  );
  assert.deepEqual(hits[7], {
    _index: 'threats_malware',
    _id: id('malware', 7),
    _source: {
      name: 'malware 7',
      internal_id: id('malware', 7),
      entity_type: 'malware',
      base_type: 'ENTITY',
    },
    sort: [7],
  });
  assert.deepEqual(await hitsOf('from=99&limit=3'), hits.slice(99, 102));
  assert.deepEqual(await hitsOf('from=250&limit=10'), hits.slice(250));
  assert.deepEqual(await hitsOf('from=251'), []);
});

test('hits that are long come in smaller pages', async () => {
  const description = 'x'.repeat(60_000);
  const long = Array.from({ length: 150 }, (_, i) => malware(i, { description }));
  const record = await stored201(bundle([...long, report([id('malware', 1)])]));
  const countFrom = async (seq: number): Promise<number> => {
    const response = await fetch(`${url}/reports/${record.id}/hits?from=${seq}`);
    return (await response.text()).split('\n').length - 1;
  };
  const first = await countFrom(0);
  assert.ok(first > 100 && first < 150, `${first}`);
  assert.equal(await countFrom(first), 151 - first);
});

test('a search finds parts of names, in any case, of one type if asked', async () => {
  await stored201(
    bundle([
      malware(1, { name: 'Zebra One' }),
      { ...malware(2), type: 'tool', id: id('tool', 2), name: 'zebra two' },
      report([id('malware', 1)]),
    ]),
  );
  const namesOf = async (query: string) => {
    const { body } = await ask(`/search?${query}`);
    assert.ok(Array.isArray(body.matches));
    return [body.matches.map((match: { name: string }) => match.name), body.isComplete];
  };
  assert.deepEqual(await namesOf('name=ZEBRA'), [['Zebra One', 'zebra two'], true]);
  assert.deepEqual(await namesOf('name=zebra&type=tool'), [['zebra two'], true]);
  assert.deepEqual(await namesOf('name=zebra&limit=1'), [['Zebra One'], false]);
  assert.deepEqual(await namesOf('name=no-such-name'), [[], true]);
});

test('a reader who leaves harms nobody', async () => {
  const record = await stored201(bundleOf(5_000));
  const leaving = new AbortController();
  const response = await fetch(`${url}/reports/${record.id}/bundle`, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  assert.equal((await ask(`/reports/${record.id}`)).status, 200);
});

test('an answer that cannot be finished is cut, not closed with a bracket', async () => {
  // More than the sockets of both sides take in while nobody reads.
  const description = 'x'.repeat(60_000);
  const long = Array.from({ length: 220 }, (_, i) => malware(i, { description }));
  const record = await stored201(bundle([...long, report([id('malware', 1)])]));
  const response = await fetch(`${url}/reports/${record.id}/bundle`);
  await stored201(bundleOf(1));
  await store.trim(1);
  await assert.rejects(response.text());
});

test('it is ready between its start and its stop, as long as its database works', async () => {
  const states: unknown[] = [];
  const note = async () => {
    const { status, body } = await ask('/ready');
    states.push([status, body.reason ?? body.ready]);
  };
  await note();
  readiness.open();
  await note();
  setProbe(() => Promise.reject(new Error('disk full')));
  await note();
  setProbe(undefined);
  readiness.close();
  await note();
  assert.deepEqual(states, [
    [503, 'starting'],
    [200, true],
    [503, 'disk full'],
    [503, 'stopping'],
  ]);
});
