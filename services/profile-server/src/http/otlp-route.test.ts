import assert from 'node:assert/strict';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toJsonString } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
} from '@connectrpc/connect-node';
import {
  ExportProfilesServiceRequestSchema,
  ProfilesService,
} from '@emberscope/protocol/otlp/profiles-service';
import { QuerierService } from '@emberscope/protocol/querier';
import {
  exportBytes,
  exportOf,
  smallExport,
  smallProfile,
} from '../ingest/otlp/testing/small-export.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';
import { frame } from './encoded-answer.ts';
import { OTLP_GRPC_PATH as GRPC_PATH, OTLP_HTTP_PATH as HTTP_PATH } from './late-otlp-route.ts';

const PROTO = { 'content-type': 'application/x-protobuf' };
const GRPC = { 'content-type': 'application/grpc' };
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

let server: RunningServer;
let tenants: RunningServer;
before(async () => {
  server = await runServer();
  tenants = await runServer({
    multitenancy: true,
    ingestionRateMiB: 0.001,
    ingestionBurstMiB: 0.01,
  });
});
after(() => Promise.all([server.stop(), tenants.stop()]));

type Body = Uint8Array<ArrayBuffer> | string;

async function post(
  body: Body,
  headers: Record<string, string> = PROTO,
  url = server.url + HTTP_PATH,
) {
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** A call on a connection of HTTP/2 of its own. */
function postHttp2(path: string, body: Uint8Array, headers: OutgoingHttpHeaders, url = server.url) {
  type Answer = {
    readonly headers: Record<string, unknown>;
    readonly text: string;
    readonly grpcStatus: string;
    readonly grpcMessage: string;
  };
  return new Promise<Answer>((resolve, reject) => {
    const session = connect(url);
    const stream = session.request({ ':path': path, ':method': 'POST', ...headers });
    const found: Record<string, unknown> = {};
    let text = '';
    stream.on('error', reject);
    stream.on('response', (more) => Object.assign(found, more));
    stream.on('trailers', (more) => Object.assign(found, more));
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('close', () => {
      session.destroy();
      resolve({
        headers: found,
        text,
        grpcStatus: String(found['grpc-status']),
        grpcMessage: decodeURIComponent(String(found['grpc-message'] ?? '')),
      });
    });
    stream.end(body);
  });
}

async function totalOf(service: string): Promise<bigint | undefined> {
  const querier = createClient(
    QuerierService,
    createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' }),
  );
  const { flamegraph } = await querier.selectMergeStacktraces({
    profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    labelSelector: `{service_name="${service}"}`,
    start: BigInt(Date.now() - 60_000),
    end: BigInt(Date.now() + 60_000),
  });
  return flamegraph?.total;
}

/** The small export under a service of the test's own: 70 ns of CPU. */
function exportFor(service: string, profile = smallProfile()) {
  const init = smallExport(profile);
  const attributes = [
    { key: 'service.name', value: { value: { case: 'stringValue' as const, value: service } } },
  ];
  const scopeProfiles = init.resourceProfiles?.[0]?.scopeProfiles ?? [];
  return { ...init, resourceProfiles: [{ resource: { attributes }, scopeProfiles }] };
}

describe('a stored export', () => {
  const stores = async (service: string, send: (service: string) => Promise<unknown>) => {
    await send(service);
    assert.equal(await totalOf(service), 70n);
  };

  test('came over HTTP, in protobuf or JSON, gzip or not, on either path', async () => {
    const json = (service: string) =>
      toJsonString(ExportProfilesServiceRequestSchema, exportOf(exportFor(service)));
    const sent: readonly (readonly [string, Record<string, string>, (service: string) => Body])[] =
      [
        [HTTP_PATH, PROTO, (service) => exportBytes(exportFor(service))],
        [GRPC_PATH, { 'content-type': 'application/json' }, json],
        [
          HTTP_PATH,
          { 'content-type': 'application/json', 'content-encoding': 'GZip' },
          (service) => new Uint8Array(gzipSync(json(service))),
        ],
      ];
    for (const [index, [path, headers, body]] of sent.entries()) {
      await stores(`http-${index}`, async (service) => {
        const {
          status,
          text,
          headers: got,
        } = await post(body(service), headers, server.url + path);
        assert.deepEqual([status, text], [200, '']);
        assert.equal(got.get('content-type'), 'application/x-protobuf');
      });
    }
  });

  test('came over HTTP/2 without gRPC', async () => {
    await stores('http2', async (service) => {
      const answer = await postHttp2(HTTP_PATH, exportBytes(exportFor(service)), PROTO);
      assert.equal(answer.headers[':status'], 200);
    });
  });

  test('came over gRPC from a client that knows it', async () => {
    for (const isGzip of [false, true]) {
      await stores(`grpc-${isGzip}`, async (service) => {
        const client = createClient(
          ProfilesService,
          createGrpcTransport({
            baseUrl: server.url,
            ...(isGzip ? { sendCompression: compressionGzip, compressMinBytes: 0 } : {}),
          }),
        );
        const answer = await client.export(exportFor(service));
        assert.equal(answer.partialSuccess, undefined);
      });
    }
  });
});

describe('what is refused over HTTP', () => {
  test('by method, type and encoding', async () => {
    const got = await fetch(server.url + HTTP_PATH);
    assert.deepEqual([got.status, await got.text(), got.headers.get('allow')], [405, '', null]);
    for (const type of ['application/JSON', 'application/proto', 'application/grpc+proto']) {
      const { status, text } = await post('{}', { 'content-type': type });
      assert.deepEqual([status, text], [415, `Unsupported Content-Type: ${type}\n`]);
    }
    // Only gzip is a coding; what says otherwise is read as it is.
    const zstd = await post('\x28\xb5\x2f\xfd', { ...PROTO, 'content-encoding': 'zstd' });
    assert.deepEqual([zstd.status, zstd.text], [400, 'Failed to parse protobuf request\n']);
  });

  test('a body larger than the limit, as it came or inflated', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024 + 1);
    const limit = 'profile payload size exceeds limit of 4.2 MB\n';
    const plain = await post(new Uint8Array(large));
    assert.deepEqual([plain.status, plain.text], [413, limit]);
    const gzip = { ...PROTO, 'content-encoding': 'gzip' };
    const bomb = await post(new Uint8Array(gzipSync(large)), gzip);
    assert.deepEqual([bomb.status, bomb.text], [413, limit]);
    for (const { headers } of [plain, bomb]) {
      assert.equal(headers.get('emberscope-reason'), 'body_too_large');
    }
  });

  test('a message that contradicts itself, with the cause in a header', async () => {
    const bad = smallProfile({ samples: [{ stackIndex: -1, values: [1n] }] });
    const { status, text, headers } = await post(exportBytes(exportFor('bad', bad)));
    assert.equal(status, 500);
    assert.equal(
      text,
      'rpc error: code = InvalidArgument desc = failed to convert otel profile: invalid stack index: -1\n',
    );
    assert.equal(headers.get('emberscope-reason'), 'malformed_profile');
  });

  test('a bad profile among good ones, which are stored', async () => {
    const init = exportFor('half');
    const old = smallProfile({ timeUnixNano: 1_000_000_000n });
    const [first] = init.resourceProfiles;
    const resourceProfiles = [
      ...(first === undefined ? [] : [first]),
      { scopeProfiles: [{ profiles: [old] }] },
    ];
    const { status, text } = await post(exportBytes({ ...init, resourceProfiles }));
    assert.equal(status, 400);
    assert.match(
      text,
      /^failed to make a GRPC request: push series with index 1 and id \S+ failed: invalid_argument: profile with labels .* is outside of ingestion window/,
    );
    assert.match(text, UUID);
    assert.equal(await totalOf('half'), 70n);
  });

  test('more than a rate, for a while', async () => {
    const init = exportFor('fast');
    const resourceProfiles = new Array(200).fill(init.resourceProfiles[0]);
    const bytes = exportBytes({ ...init, resourceProfiles });
    const url = tenants.url + HTTP_PATH;
    const { status, text, headers } = await post(bytes, { ...PROTO, 'x-scope-orgid': 'a' }, url);
    assert.equal(status, 429);
    assert.match(text, /failed: resource_exhausted: push rate limit/);
    assert.equal(headers.get('retry-after'), '1');
    const grpc = await postHttp2(
      GRPC_PATH,
      frame(bytes, false),
      { ...GRPC, 'x-scope-orgid': 'a' },
      tenants.url,
    );
    assert.equal(grpc.grpcStatus, '8');
    assert.match(grpc.grpcMessage, /failed: resource_exhausted: push rate limit/);
  });
});

describe('what is refused over gRPC', () => {
  const bytes = exportBytes(smallExport());

  test('on the path of HTTP, where there is no such service', async () => {
    const { grpcStatus, grpcMessage } = await postHttp2(HTTP_PATH, frame(bytes, false), GRPC);
    assert.deepEqual([grpcStatus, grpcMessage], ['12', 'unknown service v1development']);
  });

  test('gRPC-Web, and gRPC over HTTP/1.1', async () => {
    const type = 'application/grpc-web+proto';
    const web = await postHttp2(GRPC_PATH, frame(bytes, false), { 'content-type': type });
    assert.equal(web.headers[':status'], 415);
    assert.equal(web.text, `invalid gRPC request content-type "${type}"\n`);
    const http1 = await post(new Uint8Array(frame(bytes, false)), GRPC, server.url + GRPC_PATH);
    assert.deepEqual(
      [http1.status, http1.text],
      [415, 'Unsupported Content-Type: application/grpc\n'],
    );
  });

  test('a compression that there is not, bytes that are no message, and a bomb', async () => {
    const zstd = { ...GRPC, 'grpc-encoding': 'zstd' };
    assert.equal((await postHttp2(GRPC_PATH, frame(bytes, true), zstd)).grpcStatus, '12');
    const garbage = frame(Uint8Array.of(0xff, 0xff, 0xff), false);
    assert.equal((await postHttp2(GRPC_PATH, garbage, GRPC)).grpcStatus, '3');
    const bomb = frame(gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1)), true);
    const answer = await postHttp2(GRPC_PATH, bomb, { ...GRPC, 'grpc-encoding': 'gzip' });
    assert.equal(answer.grpcStatus, '8');
    assert.equal(answer.grpcMessage, 'profile payload size exceeds limit of 4.2 MB');
  });

  test('a message that contradicts itself, in the words of HTTP without its own', async () => {
    const bad = smallProfile({ samples: [{ stackIndex: 0 }] });
    const message = frame(exportBytes(smallExport(bad)), false);
    const { grpcStatus, grpcMessage } = await postHttp2(GRPC_PATH, message, GRPC);
    assert.deepEqual(
      [grpcStatus, grpcMessage],
      ['3', 'failed to convert otel profile: sample value is required'],
    );
  });

  test('a call without a tenant, as HTTP is', async () => {
    const answer = await postHttp2(GRPC_PATH, frame(bytes, false), GRPC, tenants.url);
    assert.equal(answer.headers[':status'], 401);
    assert.deepEqual(JSON.parse(answer.text), { code: 'unauthenticated', message: 'no org id' });
  });
});
