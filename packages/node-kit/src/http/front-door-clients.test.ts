import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { createClient, type Transport } from '@connectrpc/connect';
import {
  connectNodeAdapter,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { PusherService } from '@emberscope/protocol/push';
import { Version } from '@emberscope/protocol/version';
import { createTestAuthority } from '../testing/certificates.ts';
import { type OpenFrontDoor, openFrontDoor } from '../testing/open-front-door.ts';
import { answerText, type HttpHandler } from './http-handler.ts';

let pushedBytes = 0;

/** What a service of ours hangs behind its door: RPC first, everything else by path. */
const handler: HttpHandler = connectNodeAdapter({
  routes: (router) => {
    router.service(Version, { version: () => ({ QuerierAPI: 1n }) });
    router.service(PusherService, {
      push(request) {
        pushedBytes += request.series[0]?.samples[0]?.rawProfile.length ?? 0;
        return {};
      },
    });
  },
  fallback: (request, response) => {
    if (request.url === '/ready') answerText(response, 200, `ready ${request.httpVersion}`);
    else answerText(response, 404, '404 page not found\n');
  },
});

const rawProfile = new Uint8Array(3_000_000).fill(7);

for (const isEncrypted of [false, true]) {
  describe(isEncrypted ? 'one TLS port' : 'one plain port', async () => {
    const authority = await createTestAuthority();
    let open: OpenFrontDoor;
    let baseUrl: string;
    let transports: ReadonlyMap<string, Transport>;

    before(async () => {
      const { certificatePem, keyPem } = await authority.issue();
      open = await openFrontDoor(
        isEncrypted ? { handler, tls: { cert: certificatePem, key: keyPem } } : { handler },
      );
      baseUrl = `${isEncrypted ? 'https' : 'http'}://localhost:${open.port}`;
      const nodeOptions = isEncrypted ? { ca: authority.certificatePem } : {};
      const http1 = { baseUrl, httpVersion: '1.1', nodeOptions } as const;
      const http2 = { baseUrl, httpVersion: '2', nodeOptions } as const;
      transports = new Map([
        ['Connect over HTTP/1.1', createConnectTransport(http1)],
        [
          'Connect JSON over HTTP/1.1',
          createConnectTransport({ ...http1, useBinaryFormat: false }),
        ],
        ['Connect over HTTP/2', createConnectTransport(http2)],
        ['gRPC', createGrpcTransport(http2)],
        ['gRPC-Web over HTTP/1.1', createGrpcWebTransport(http1)],
        ['gRPC-Web over HTTP/2', createGrpcWebTransport(http2)],
      ]);
    });
    after(async () => {
      const closed = await open.door.close(2000);
      assert.deepEqual(closed, { cutRequests: 0, cutConnections: 0 });
      assert.deepEqual(open.cutReasons(), []);
    });

    for (const name of [
      'Connect over HTTP/1.1',
      'Connect JSON over HTTP/1.1',
      'Connect over HTTP/2',
      'gRPC',
      'gRPC-Web over HTTP/1.1',
      'gRPC-Web over HTTP/2',
    ]) {
      test(`${name}: a small call and a body of 3 MB`, async () => {
        const transport = transports.get(name);
        assert.ok(transport !== undefined);
        const answer = await createClient(Version, transport).version({});
        assert.equal(answer.QuerierAPI, 1n);

        pushedBytes = 0;
        await createClient(PusherService, transport).push({
          series: [{ labels: [], samples: [{ rawProfile, ID: '' }] }],
        });
        assert.equal(pushedBytes, rawProfile.length);
      });
    }

    test('many calls at once on one HTTP/2 connection', async () => {
      const transport = transports.get('gRPC');
      assert.ok(transport !== undefined);
      const client = createClient(Version, transport);
      const answers = await Promise.all(Array.from({ length: 250 }, () => client.version({})));
      assert.equal(answers.length, 250);
    });

    test('a plain HTTP/1.1 route', async () => {
      const [status, text] = await getOverHttp1(`${baseUrl}/ready`, authority.certificatePem);
      assert.deepEqual([status, text], [200, 'ready 1.1']);
      const [missing] = await getOverHttp1(`${baseUrl}/nowhere`, authority.certificatePem);
      assert.equal(missing, 404);
    });

    test('a plain HTTP/2 route', async () => {
      const session = connectHttp2(baseUrl, { ca: authority.certificatePem });
      const stream = session.request({ ':path': '/ready' }).setEncoding('utf8');
      let text = '';
      for await (const chunk of stream) text += chunk;
      session.close();
      assert.equal(text, 'ready 2.0');
    });
  });
}

function getOverHttp1(url: string, ca: string): Promise<[status: number, text: string]> {
  if (url.startsWith('http:')) {
    return fetch(url).then(async (answer) => [answer.status, await answer.text()]);
  }
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ca, agent: false }, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve([answer.statusCode ?? 0, text]);
    });
    request.on('error', reject).end();
  });
}
