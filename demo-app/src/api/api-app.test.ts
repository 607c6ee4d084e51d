import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { openReportStore, type ReportRecord } from '../database/report-store.ts';
import { createReadiness } from '../http/readiness.ts';
import { createTurnBudget } from '../runtime/turn-budget.ts';
import {
  bundle,
  bundleOf,
  id,
  malware,
  piecesOf,
  relationship,
  report,
} from '../testing/bundles.ts';
import { temporaryFolder } from '../testing/folders.ts';
import { eventually, quietLog, temporaryServer } from '../testing/servers.ts';
import { createApiApp, UPLOADS_MAX } from './api-app.ts';

const turn = createTurnBudget();
const store = await openReportStore({ dataDir: temporaryFolder(), turn });
after(() => store.close());
const stored: ReportRecord[] = [];
let probe: () => Promise<void> = () => store.probe();
const readiness = createReadiness(() => probe());
const { url, port } = await temporaryServer(
  createApiApp({
    store,
    turn,
    log: quietLog,
    readiness,
    onStored: (record) => stored.push(record),
  }),
);

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, init);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null);
  return { status: response.status, body: { ...body } };
}

function post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask('/reports', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
}

/** Posts a bundle that is taken. */
async function stored201(body: string): Promise<ReportRecord> {
  const { status } = await post(body);
  assert.equal(status, 201);
  const record = stored.at(-1);
  assert.ok(record !== undefined);
  return record;
}

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

test('what is not valid is left out, counted, and the first of it explained', async () => {
  const many = Array.from({ length: 30 }, () => 7);
  const { status, body } = await post(
    bundle([malware(1), ...many, report([id('malware', 1), 'nobody']), malware(2, { name: '' })]),
  );
  assert.equal(status, 201);
  const { rejected, report: summary } = body as {
    rejected: { elementCount: number; referenceCount: number; first: { index: number }[] };
    report: { elementCount: number; referenceCount: number };
  };
  assert.equal(rejected.elementCount, 31);
  assert.equal(rejected.referenceCount, 1);
  assert.equal(rejected.first.length, 20);
  assert.deepEqual(rejected.first[0], { index: 1, reason: 'an element must be an object' });
  assert.equal(summary.elementCount, 2);
  assert.equal(summary.referenceCount, 1);
});

test('of two reports the second is rejected', async () => {
  const second = { ...report([id('malware', 1)]), id: id('report', 2) };
  const { body } = await post(bundle([report([id('malware', 1)]), second]));
  assert.match(JSON.stringify(body.rejected), /one report, and report--.*1 came before/);
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

/** Sends bytes as they are and gives what comes back until the other side closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece) => {
    answer += piece;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const START = 'POST /reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

test('a body that says it is too large is refused before it is read', async () => {
  const answer = await raw(`${START}Content-Length: 999999999999\r\n\r\n`);
  assert.match(answer, /^HTTP\/1.1 413 /);
  assert.match(answer, /more than 134217728 bytes/);
});

test('a sender who goes on after a mistake still gets the answer', async () => {
  const answer = await raw(`${START}Content-Length: 1000000\r\n\r\n]${' '.repeat(10_000)}`);
  assert.match(answer, /^HTTP\/1.1 400 /);
  assert.match(answer, /connection: close/i);
});

test('of an upload that breaks off nothing remains', async () => {
  const before = store.listReports(100).map((record) => record.id);
  const text = bundleOf(3_000);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${START}Content-Length: ${text.length}\r\n\r\n`);
  for await (const piece of piecesOf(text.slice(0, text.length / 2), 10_000)) socket.write(piece);
  let arriving: string | undefined;
  await eventually('elements arrive', () => {
    arriving = store.listArriving().find((some) => store.readElements(some, 0, 1).length > 0);
    return arriving !== undefined;
  });
  socket.destroy();
  await eventually('it is gone', () => store.listArriving().length === 0);
  assert.deepEqual(store.readElements(arriving ?? '', 0, 1), []);
  assert.deepEqual(
    store.listReports(100).map((record) => record.id),
    before,
  );
});

test('no more uploads at once than there is room for', async () => {
  const sockets = Array.from({ length: UPLOADS_MAX }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${START}Content-Length: 1000\r\n\r\n{"type":`);
    return socket;
  });
  await eventually('all are arriving', () => store.listArriving().length === UPLOADS_MAX);
  const response = await fetch(`${url}/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bundleOf(1),
  });
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '2');
  for (const socket of sockets) socket.destroy();
  await eventually('there is room again', async () => (await post(bundleOf(1))).status === 201);
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
  probe = () => Promise.reject(new Error('disk full'));
  await note();
  probe = () => store.probe();
  readiness.close();
  await note();
  assert.deepEqual(states, [
    [503, 'starting'],
    [200, true],
    [503, 'disk full'],
    [503, 'stopping'],
  ]);
});
