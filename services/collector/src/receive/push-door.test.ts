import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { PusherService, PushRequestSchema } from '@emberscope/protocol/push';
import { fixtureFile } from '@emberscope/test-kit';
import { runCollector } from '../testing/run-collector.ts';
import { labelsOf, refuseWith, startUpstreamStub } from '../testing/upstream-stub.ts';

const wall = new Uint8Array(fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz'));

function pushOf(...labelSets: readonly Record<string, string>[]) {
  return create(PushRequestSchema, {
    series: labelSets.map((set) => ({
      labels: Object.entries(set).map(([name, value]) => ({ name, value })),
      samples: [{ rawProfile: wall, ID: 'of the client' }],
    })),
  });
}

function transports(baseUrl: string): readonly (readonly [name: string, transport: Transport])[] {
  return [
    ['Connect, proto', createConnectTransport({ baseUrl, httpVersion: '1.1' })],
    [
      'Connect, JSON',
      createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
    ],
    ['Connect over HTTP/2', createConnectTransport({ baseUrl, httpVersion: '2' })],
    ['gRPC', createGrpcTransport({ baseUrl })],
    ['gRPC, JSON', createGrpcTransport({ baseUrl, useBinaryFormat: false })],
    ['gRPC-Web', createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ];
}

/** One collector for most tests of this file: starting one takes longer than what it is asked. */
const upstream = await startUpstreamStub();
const collector = await runCollector(
  upstream.url,
  '--external-labels=cluster=eu,region=hr',
  '--receive.max-body=1MiB',
);
beforeEach(() => upstream.reset());
after(async () => {
  await collector[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

test('every protocol: labels are merged, profiles stay, ids are ours', async (t) => {
  for (const [name, transport] of transports(collector.url)) {
    await t.test(name, async () => {
      const client = createClient(PusherService, transport);
      const first = { __name__: 'process_cpu', service_name: 'shop', region: 'agent' };
      await client.push(pushOf(first, { __name__: 'memory' }));
      const series = upstream.pushes.pop()?.series ?? [];
      const common = { cluster: 'eu', region: 'hr' };
      assert.deepEqual(series.map(labelsOf), [
        { ...first, ...common },
        { __name__: 'memory', ...common },
      ]);
      for (const { samples } of series) {
        assert.deepEqual(Buffer.from(samples[0]?.rawProfile ?? []), Buffer.from(wall));
        assert.match(samples[0]?.ID ?? '', /^emb1-[0-9a-f]{32}$/);
      }
    });
  }
});

test('every protocol: the meaning of a refusal gets through', async (t) => {
  for (const [name, transport] of transports(collector.url)) {
    await t.test(name, async () => {
      const client = createClient(PusherService, transport);
      const push = async () => {
        try {
          await client.push(pushOf({ __name__: 'a' }));
        } catch (error) {
          return ConnectError.from(error);
        }
        throw new Error('it was acknowledged');
      };
      upstream.before = refuseWith(Code.Unknown, 'bad', {
        'emberscope-reason': 'malformed_profile',
      });
      const malformed = await push();
      assert.equal(malformed.code, Code.Unknown);
      assert.equal(malformed.rawMessage, 'bad');
      assert.equal(malformed.metadata.get('emberscope-reason'), 'malformed_profile');
      upstream.before = refuseWith(Code.ResourceExhausted, 'slow', { 'retry-after': '9' });
      const limited = await push();
      assert.equal(limited.code, Code.ResourceExhausted);
      assert.equal(limited.metadata.get('retry-after'), '9');
      upstream.before = refuseWith(Code.InvalidArgument, 'too old');
      assert.equal((await push()).code, Code.InvalidArgument);
      upstream.before = () => {};
      await client.push(pushOf({ __name__: 'a' }));
    });
  }
});

test('bodies as clients write them, and as they should not', async (t) => {
  const proto = toBinary(PushRequestSchema, pushOf({ __name__: 'a', service_name: 's' }));
  const json = toJsonString(PushRequestSchema, pushOf({ __name__: 'a' }));
  const many = new Uint8Array(2 * 150_000).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
  const profiles = { series: [{ samples: Array.from({ length: 5_001 }, () => ({})) }] };
  const framed = (flag: number, message: Uint8Array) => {
    const head = Buffer.alloc(5);
    head[0] = flag;
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
  };
  const PROTO = { 'content-type': 'application/proto' };
  const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
  const WEB = { 'content-type': 'application/grpc-web+proto' };
  const GZIP = { 'content-encoding': 'gzip' };
  const cases: readonly [
    title: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    status: number,
    said: RegExp,
  ][] = [
    ['gzip, proto', { ...PROTO, ...GZIP }, gzipSync(proto), 200, /^$/],
    ['gzip, JSON', { ...JSON_TYPE, ...GZIP }, gzipSync(json), 200, /^\{\}$/],
    ['identity', { ...PROTO, 'content-encoding': 'identity' }, proto, 200, /^$/],
    ['JSON with an unknown field', JSON_TYPE, '{"x": 1, "series": []}', 200, /^\{\}$/],
    [
      'gRPC-Web, a gzipped message',
      { ...WEB, 'grpc-encoding': 'gzip' },
      framed(1, gzipSync(proto)),
      200,
      /grpc-status: 0/,
    ],
    ['gRPC-Web, half a frame', WEB, framed(0, proto).subarray(0, 50), 200, /grpc-status: 3/],
    [
      'gRPC-Web, compressed and no word how',
      WEB,
      framed(1, gzipSync(proto)),
      200,
      /grpc-status: 3/,
    ],
    ['no proto', PROTO, 'garbage', 400, /not a PushRequest/],
    ['no JSON', JSON_TYPE, '{', 400, /not a PushRequest/],
    ['JSON of another kind', JSON_TYPE, '{"series": 3}', 400, /not a PushRequest/],
    ['nothing at all, as JSON', JSON_TYPE, '', 400, /not a PushRequest/],
    ['no gzip', { ...PROTO, ...GZIP }, proto, 400, /gzip/],
    [
      'another coding',
      { ...PROTO, 'content-encoding': 'zstd' },
      proto,
      501,
      /unknown compression .*zstd/,
    ],
    ['another type', { 'content-type': 'text/plain' }, proto, 415, /^$/],
    ['too large', PROTO, Buffer.alloc(2 << 20), 429, /too large: the limit is 1048576/],
    [
      'a bomb',
      { ...PROTO, ...GZIP },
      gzipSync(Buffer.alloc(2 << 20)),
      429,
      /more than 1048576 bytes/,
    ],
    ['a hundred thousand series of nothing', PROTO, many, 400, /more than 100000 series/],
    [
      'the same as JSON',
      JSON_TYPE,
      `{"series":[${Array(150_000).fill('{}').join()}]}`,
      400,
      /limit is 100000/,
    ],
    [
      'five thousand profiles of nothing, and one',
      PROTO,
      toBinary(PushRequestSchema, create(PushRequestSchema, profiles)),
      400,
      /5001 profiles in one push; the limit is 5000/,
    ],
  ]; // prettier-ignore
  for (const [title, headers, body, status, said] of cases) {
    await t.test(title, async () => {
      const url = `${collector.url}/push.v1.PusherService/Push`;
      const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.match(text, said);
      const { __name__, cluster } = labelsOf(upstream.pushes[0]?.series[0]);
      const isPushed = /^gzip|gzipped message|identity/.test(title);
      assert.deepEqual([__name__, cluster], isPushed ? ['a', 'eu'] : [undefined, undefined]);
    });
  }
});

test('a label that comes twice goes on: the server refuses that series alone', async () => {
  const twice = pushOf({ __name__: 'a' }, { __name__: 'b' });
  twice.series[0]?.labels.push({ $typeName: 'types.v1.LabelPair', name: '__name__', value: 'c' });
  const body = toBinary(PushRequestSchema, twice);
  const url = `${collector.url}/push.v1.PusherService/Push`;
  const headers = { 'content-type': 'application/proto' };
  assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200);
  const [first, second] = upstream.pushes[0]?.series ?? [];
  assert.deepEqual(
    first?.labels.map(({ value }) => value),
    ['a', 'c'],
  );
  assert.deepEqual(labelsOf(second), { __name__: 'b', cluster: 'eu', region: 'hr' });
});
