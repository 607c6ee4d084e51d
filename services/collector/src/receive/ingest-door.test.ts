import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Code } from '@connectrpc/connect';
import { parseIngestParams, pprofSeries } from '@emberscope/ingest';
import { PYROSCOPE_PPROF_LIMITS } from '@emberscope/pprof';
import { fixtureFile, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { agentRequests } from '../testing/agent-requests.ts';
import { runCollector } from '../testing/run-collector.ts';
import { labelsOf, refuseWith, startUpstreamStub } from '../testing/upstream-stub.ts';

const wall = new Uint8Array(fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz'));

function form(
  ...parts: readonly (readonly [disposition: string, content: string | Uint8Array])[]
): Uint8Array<ArrayBuffer> {
  const chunks = parts.flatMap(([disposition, content]) => [
    Buffer.from(`--X\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return new Uint8Array(Buffer.concat([...chunks, Buffer.from('--X--\r\n')]));
}
const FORM = { 'content-type': 'multipart/form-data; boundary=X' };

/** One collector for most tests of this file: starting one takes longer than what it is asked. */
const upstream = await startUpstreamStub();
const collector = await runCollector(upstream.url, '--external-labels=cluster=eu,region=hr');
beforeEach(() => upstream.reset());
after(async () => {
  await collector[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

test('requests of real agents become pushes: bytes untouched, labels as at /ingest', async () => {
  for (const { name, path, headers, body, profile } of agentRequests()) {
    const answer = await fetch(`${collector.url}/${path}`, { method: 'POST', headers, body });
    assert.equal(answer.status, 200, name);
    assert.equal(await answer.text(), '');

    const series = upstream.pushes.at(-1)?.series ?? [];
    assert.equal(series.length, 1, name);
    const [sample, ...others] = series[0]?.samples ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual(Buffer.from(sample?.rawProfile ?? []), Buffer.from(profile), name);
    assert.match(sample?.ID ?? '', /^emb1-[0-9a-f]{32}$/);

    const parsed = parseIngestParams(
      new URL(path, collector.url).searchParams,
      headers['content-type'] ?? '',
      unixNanos(0n),
    );
    assert.ok(parsed.ok);
    const inflated = new Uint8Array(gunzipSync(profile));
    const made = pprofSeries(parsed.params, { profile: inflated }, PYROSCOPE_PPROF_LIMITS);
    assert.ok(made.ok);
    const atIngest = made.series[0]?.labels.labels.map((label) => [label.name, label.value]) ?? [];
    // The agent's own region gives way to the collector's. Blocks come with a configuration of
    // their sample types, which names the family.
    const expected: Record<string, string> = {
      ...Object.fromEntries(atIngest),
      ...(name.includes('eventloop') ? { __name__: 'eventloop' } : {}),
      cluster: 'eu',
      region: 'hr',
    };
    assert.deepEqual(labelsOf(series[0]), expected, name);
    const tenant = upstream.pushHeaders.at(-1)?.get('x-scope-orgid');
    assert.equal(tenant, headers['x-scope-orgid'] ?? null, name);
  }
  assert.equal(upstream.pushes.length, agentRequests().length);
  assert.equal(upstream.connections(), 1, 'one connection served them all');
});

test("the agent's value stays where the configuration says so", async () => {
  await using upstream = await startUpstreamStub();
  await using collector = await runCollector(
    upstream.url,
    '--external-labels=region=hr,cluster=x',
    '--external-labels-conflict=agent',
  );
  const url = `${collector.url}/ingest?name=a{region=eu}&format=pprof`;
  assert.equal((await fetch(url, { method: 'POST', body: wall })).status, 200);
  const { region, cluster } = labelsOf(upstream.pushes[0]?.series[0]);
  assert.deepEqual({ region, cluster }, { region: 'eu', cluster: 'x' });
});

test('the same profile of the same series has the same id, of another series another', async () => {
  for (const name of ['a{x=1}', 'a{x=1}', 'a{x=2}']) {
    await fetch(`${collector.url}/ingest?name=${name}&format=pprof`, {
      method: 'POST',
      body: wall,
    });
  }
  const ids = upstream.pushes.map(({ series }) => series[0]?.samples[0]?.ID);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

test('what cannot be pushed as it is goes on to /ingest', async (t) => {
  const inOld = gzipSync(withTime(gunzipSync(wall), 1_700_000_000n));
  const cases: readonly [
    title: string,
    query: string,
    headers: Record<string, string>,
    body: string | Uint8Array,
    name: string,
  ][] = [
    [
      'folded stacks',
      'name=shop.cpu{pod=p}',
      {},
      'a;b 3\n',
      'shop.cpu{cluster=eu,pod=p,region=hr}',
    ],
    ['lines', 'name=shop&format=lines', {}, 'a;b\n', 'shop{cluster=eu,region=hr}'],
    ['a speedscope file', 'name=shop&format=speedscope', {}, '{}', 'shop{cluster=eu,region=hr}'],
    ['a recording of Java', 'name=shop&format=jfr', {}, 'FLR', 'shop{cluster=eu,region=hr}'],
    [
      'a trie',
      'name=shop',
      { 'content-type': 'binary/octet-stream+trie' },
      '\0',
      'shop{cluster=eu,region=hr}',
    ],
    [
      'a pprof of Python',
      'name=shop&format=pprof&spyName=pyspy',
      {},
      wall,
      'shop{cluster=eu,region=hr}',
    ],
    [
      'a pprof with a time in 1970',
      'name=shop&format=pprof',
      {},
      inOld,
      'shop{cluster=eu,region=hr}',
    ],
    [
      'a service of its own',
      'name=a.cpu{service_name=b}',
      {},
      'a 1',
      'a.cpu{cluster=eu,region=hr,service_name=b}',
    ],
    [
      'an application from a tag',
      'name=a{__name__=b c}',
      {},
      'a 1',
      'app{__name__=b c,cluster=eu,region=hr}',
    ],
  ];
  for (const [title, query, headers, body, name] of cases) {
    await t.test(title, async () => {
      const url = `${collector.url}/pyroscope/ingest?${query}&from=1795330154&sampleRate=97`;
      const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
      assert.equal(answer.status, 200, await answer.text());
      assert.equal(upstream.pushes.length, 0);
      const taken = upstream.ingests.pop();
      assert.equal(taken?.query.get('name'), name);
      assert.equal(taken?.query.get('from'), '1795330154');
      assert.match(taken?.query.get('until') ?? '', /^\d{19}$/);
      assert.equal(taken?.query.get('sampleRate'), '97');
      assert.deepEqual(Buffer.from(taken?.body ?? []), Buffer.from(body));
      assert.equal(taken?.contentType, headers['content-type'] ?? '');
    });
  }
});

/** A profile with another time: of a field that comes twice the later counts. */
function withTime(pprof: Uint8Array, timeNanos: bigint): Uint8Array {
  const bytes = [0x48];
  let rest = timeNanos;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.concat([pprof, Buffer.from([...bytes, Number(rest)])]);
}

test('what the collector itself answers', async (t) => {
  const cases: readonly [
    title: string,
    query: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    status: number,
    said: RegExp,
  ][] = [
    ['no name', '', {}, wall, 400, /name: service name is required/],
    ['a bad name', 'name=a b', {}, wall, 400, /character is not allowed/],
    ['a name with a comma in a value', 'name=a{b=c,d,e=f}', {}, wall, 400, /label name: d,e/],
    ['an empty pprof', 'name=a&format=pprof', {}, '', 200, /^$/],
    ['a form without a profile', 'name=a', FORM, form(['name="x"; filename="x"', 'y']), 200, /^$/],
    ['a profile that is no file', 'name=a', FORM, form(['name="profile"', wall]), 200, /^$/],
    [
      'a second profile to subtract',
      'name=a',
      FORM,
      form(['name="prev_profile"; filename="p"', wall], ['name="profile"; filename="p"', wall]),
      422,
      /unsupported client version/,
    ],
    [
      'a form without its boundary',
      'name=a',
      { 'content-type': 'multipart/form-data' },
      'x',
      422,
      /no boundary/,
    ],
    [
      'a form that is cut off',
      'name=a',
      FORM,
      form(['name="profile"; filename="p"', wall]).slice(0, 900),
      422,
      /does not end/,
    ],
    [
      'a configuration that is not JSON',
      'name=a',
      FORM,
      form(
        ['name="profile"; filename="p"', wall],
        ['name="sample_type_config"; filename="c"', '{'],
      ),
      422,
      /not JSON/,
    ],
    ['garbage', 'name=a&format=pprof', {}, 'this is no profile', 422, /not a pprof profile/],
    ['gzip that is cut off', 'name=a&format=pprof', {}, wall.slice(0, 1000), 422, /gzip/],
    [
      'a profile without types',
      'name=a&format=pprof',
      {},
      new Uint8Array([0x32, 0]),
      422,
      /empty profile/,
    ],
    [
      'a bomb',
      'name=a&format=pprof',
      {},
      gzipSync(Buffer.alloc(65 << 20)),
      422,
      /more than 67108864 bytes/,
    ],
  ]; // prettier-ignore
  await t.test('status and words, and nothing sent on', async (t) => {
    for (const [title, query, headers, body, status, said] of cases) {
      await t.test(title, async () => {
        const url = `${collector.url}/ingest?${query}`;
        const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
        const text = await answer.text();
        assert.equal(answer.status, status, text);
        assert.match(text, said);
        const isProfileAtFault = status === 422;
        assert.equal(answer.headers.has('emberscope-reason'), isProfileAtFault);
      });
    }
    assert.equal(upstream.pushes.length + upstream.ingests.length, 0);
    const empty = await collector.metric('requests_dropped_total{door="ingest",reason="empty"}');
    assert.equal(empty, 3);
  });

  await t.test('a display name of the configuration chooses the family', async () => {
    const heap = fixtureFile('agents/push-0.6.4/heap.pb.gz');
    const config = '{"inuse_objects": {"display-name": "block_objects"}}';
    const body = form(
      ['name="profile"; filename="p"', heap],
      ['name="sample_type_config"; filename="c"', config],
    );
    const url = `${collector.url}/ingest?name=a`;
    assert.equal((await fetch(url, { method: 'POST', headers: FORM, body })).status, 200);
    assert.equal(labelsOf(upstream.pushes[0]?.series[0]).__name__, 'block');
  });

  await t.test('404 for an unknown path, 405 for another method', async () => {
    const statusOf = async (method: string, path: string) =>
      (await fetch(`${collector.url}${path}`, { method })).status;
    assert.equal(await statusOf('POST', '/nowhere'), 404);
    assert.equal(await statusOf('GET', '/ingest'), 405);
    assert.equal(await statusOf('POST', '/ready'), 405);
    assert.equal(await statusOf('GET', '/ready'), 200);
    assert.equal(await statusOf('GET', '/push.v1.PusherService/Push'), 405);
  });
});

test("the server's answer becomes the agent's", async (t) => {
  const malformed = { 'emberscope-reason': 'malformed_profile' };
  const cases: readonly [
    title: string,
    refusal: Parameters<typeof refuseWith>,
    status: number,
    headers: Record<string, string | null>,
  ][] = [
    ['invalid: 422, as at /ingest', [Code.InvalidArgument, 'too old'], 422, {}],
    ['garbage: 422 with its reason', [Code.Unknown, 'wrong wireType', malformed], 422, malformed],
    [
      'a rate limit: 429 and when',
      [Code.ResourceExhausted, 'slow down', { 'retry-after': '7' }],
      429,
      { 'retry-after': '7' },
    ],
    [
      'a rate limit: 429 and a guess',
      [Code.ResourceExhausted, 'slow down'],
      429,
      { 'retry-after': '5' },
    ],
    ['no tenant: 401', [Code.Unauthenticated, 'no org id'], 401, {}],
    ['a failure: 500', [Code.Internal, 'oh'], 500, { 'emberscope-reason': null }],
    [
      'busy: 503 and when',
      [Code.Unavailable, 'full', { 'retry-after': '2' }],
      503,
      { 'retry-after': '2' },
    ],
  ]; // prettier-ignore
  for (const [title, refusal, status, headers] of cases) {
    await t.test(title, async () => {
      upstream.before = refuseWith(...refusal);
      const url = `${collector.url}/ingest?name=a&format=pprof`;
      const answer = await fetch(url, { method: 'POST', body: wall });
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.ok(text.includes(refusal[1]), text);
      for (const [name, value] of Object.entries(headers)) {
        assert.equal(answer.headers.get(name), value, name);
      }
    });
  }

  await t.test('a refusal of /ingest keeps its status', async () => {
    upstream.before = refuseWith(Code.InvalidArgument, 'unknown profile type: x');
    const answer = await fetch(`${collector.url}/ingest?name=a.x`, { method: 'POST', body: 'a 1' });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /unknown profile type: x/);
  });
});

test('the captures of other agents are delivered', { skip: sharedMissing }, async () => {
  const captures: readonly [path: string, query: string, headers: Record<string, string>][] = [
    ['drills/collector/captures/wall-cpu.pb.gz', 'name=a&format=pprof', {}],
    ['drills/collector/captures/heap.pb.gz', 'name=a&format=pprof', {}],
  ];
  for (const [path, query, headers] of captures) {
    const body = new Uint8Array(sharedFile(path));
    const url = `${collector.url}/ingest?${query}`;
    assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200, path);
  }
  assert.equal(upstream.pushes.length, captures.length);
});
