import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { pprofOf } from '../testing/drawn-pprof.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';

let server: RunningServer;
before(async () => {
  server = await runServer({ multitenancy: true });
});
after(() => server.stop());

type Answer = {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

function answerTo(body: Uint8Array | string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = `${server.url}/push.v1.PusherService/Push`;
    const sent = httpRequest(url, { method: 'POST', headers }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      const { date: _date, ...same } = response.headers;
      resolve({ status: response.statusCode, headers: same, body });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const labels = [
  { name: '__name__', value: 'process_cpu' },
  { name: 'service_name', value: 'answers' },
];
const rawProfile = pprofOf('main;serve 3');
const request = create(PushRequestSchema, { series: [{ labels, samples: [{ rawProfile }] }] });
const nameless = create(PushRequestSchema, { series: [{ samples: [{ rawProfile }] }] });

const calls = [
  ['that is stored', request, { 'x-scope-orgid': 'one' }, 200],
  ['of no tenant', request, {}, 401],
  ['of two tenants', request, { 'x-scope-orgid': 'one|two' }, 401],
  ['that is refused', nameless, { 'x-scope-orgid': 'one' }, 400],
  ['of nothing', create(PushRequestSchema), { 'x-scope-orgid': 'one' }, undefined],
] as const;
const encodings = [undefined, 'identity', 'gzip', 'br, gzip', 'gzip;q=1', 'GZIP'];

for (const [title, message, more, status] of calls) {
  test(`a push ${title} is answered as the RPC library answers it`, async () => {
    for (const type of ['application/json', 'application/proto']) {
      const body = type.endsWith('json')
        ? toJsonString(PushRequestSchema, message)
        : toBinary(PushRequestSchema, message);
      for (const encoding of encodings) {
        const accepted = encoding === undefined ? {} : { 'accept-encoding': encoding };
        const headers = { 'content-type': type, ...accepted, ...more };
        const direct = await answerTo(body, headers);
        // With a timeout the library has a part in it.
        const library = await answerTo(body, { ...headers, 'connect-timeout-ms': '60000' });
        assert.deepEqual(direct, library, `${type}, ${encoding}`);
        if (status !== undefined) assert.equal(direct.status, status);
      }
    }
  });
}
