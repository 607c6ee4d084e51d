import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzippedPprofOf } from '../testing/drawn-pprof.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const ME = { 'x-scope-orgid': 'me' };

let server: RunningServer;
before(async () => {
  server = await runServer({ multitenancy: true });
  const stacks = Array.from({ length: 100 }, (_, i) => `main;step_${i} ${i + 1}`);
  const rawProfile = gzippedPprofOf(stacks.join('\n'));
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'naïve' },
  ];
  const samples = [{ rawProfile: Buffer.from(rawProfile).toString('base64') }];
  const pushed = await fetch(`${server.url}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ME },
    body: JSON.stringify({ series: [{ labels, samples }] }),
  });
  assert.equal(pushed.status, 200);
});
after(() => server.stop());

function get(path: string, headers: Record<string, string> = ME, method = 'GET') {
  return fetch(`${server.url}${path}`, { method, headers });
}

/** The same range however long the tests take: to a step, and past the end of a running one. */
const UNTIL_SECONDS = 15 * Math.ceil(Date.now() / 15_000) + 600;
const RENDER = `/pyroscope/render?query=${CPU}&from=${UNTIL_SECONDS - 1_200}&until=${UNTIL_SECONDS}`;

test('a picture is JSON, zipped where the client takes it and it is worth it', async () => {
  const plain = await get(RENDER, { ...ME, 'accept-encoding': 'identity' });
  assert.equal(plain.headers.get('content-type'), 'application/json');
  assert.equal(plain.headers.get('content-encoding'), null);
  const zipped = await get(RENDER, { ...ME, 'accept-encoding': 'gzip' });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal(await zipped.text(), await plain.text());
  const small = await get('/pyroscope/label-values?label=__name__');
  assert.equal(small.headers.get('content-encoding'), null);
  assert.equal(await small.text(), `["${CPU}"]\n`);
});

test('an address may have slashes too many and bytes that are no ASCII', async () => {
  const selector = encodeURIComponent('{service_name="naïve"}');
  const answer = await get(`//pyroscope//render?query=${CPU}${selector}&from=now-10m`);
  assert.match(await answer.text(), /"numTicks":5050,/);
});

test('a drawing is text', async () => {
  const answer = await get(`${RENDER}&format=dot`);
  assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.match(await answer.text(), /^digraph "unnamed" \{\n/);
});

test('what is wrong is said as JSON', async () => {
  const answer = await get('/pyroscope/render?query=%zz');
  assert.equal(answer.status, 400);
  assert.deepEqual(await answer.json(), {
    code: 'invalid_argument',
    message: 'invalid URL escape "%zz"',
  });
});

for (const path of ['render', 'render-diff', 'label-values']) {
  test(`${path} is for one who says who it is, and is read by GET alone`, async () => {
    const answer = await get(`/pyroscope/${path}`, {});
    assert.equal(answer.status, 401);
    assert.deepEqual(await answer.json(), { code: 'unauthenticated', message: 'no org id' });
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const refused = await get(`/pyroscope/${path}`, ME, method);
      assert.deepEqual([refused.status, await refused.text()], [405, '']);
    }
  });
}
