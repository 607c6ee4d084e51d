import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  create,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { PusherService } from '@emberscope/protocol/push';
import { type FlameGraph, HeatmapQueryType, QuerierService } from '@emberscope/protocol/querier';
import { ExemplarType } from '@emberscope/protocol/types';
import { fixtureFile } from '@emberscope/test-kit';
import { gzippedPprofOf } from '../testing/drawn-pprof.ts';
import { retimed } from '../testing/retimed.ts';
import { type RunningServer, runServer } from '../testing/running-server.ts';

/*
 * What Grafana's data source asks, request for request as recorded, and what it needs of the answers:
 * it reads flame graphs without looking at bounds and drops, without a word, what does not fit.
 */

const { method } = QuerierService;
const SPAN = '00000bac2a5ab0c7';
const SELECTOR = '{service_name="api"}';
/** The types that the Node.js agent's two uploads are stored as. */
const NODE_TYPES = [
  'memory:inuse_objects:count:inuse_space:bytes',
  'memory:inuse_space:bytes:inuse_space:bytes',
  'wall:cpu:nanoseconds:wall:nanoseconds',
  'wall:samples:count:wall:nanoseconds',
  'wall:wall:nanoseconds:wall:nanoseconds',
];
const [, MEMORY = '', CPU = ''] = NODE_TYPES;
const SPANS = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const TRACE = '0123456789abcdef0123456789abcdef';
/** Of a profile of wall clock time that is pushed under the name of one of CPU time. */
const PUSHED = 'process_cpu:cpu:nanoseconds:wall:nanoseconds';

/** What else is there: of spans, and of the push, each of whose types has the name that it was given. */
const PUSHED_TYPES = new Set([
  SPANS,
  PUSHED,
  'process_cpu:samples:count:wall:nanoseconds',
  'process_cpu:wall:nanoseconds:wall:nanoseconds',
]);

type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

let server: RunningServer;
const range = { start: 0n, end: 0n };

before(async () => {
  server = await runServer();
  const now = Date.now();
  range.start = BigInt(now - 1_800_000);
  range.end = BigInt(now + 60_000);
  const heap = retimed(fixtureFile('agents/push-0.6.4/heap.pb.gz'), now - 30_000);
  const tags = '{otel.scope.name=com.grafana.pyroscope/nodejs,pod=p-1}';
  for (const seconds of [10, 40]) {
    const wall = fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz');
    await ingest(`api${tags}`, retimed(wall, now - seconds * 1000), 'sampleRate=17');
  }
  await ingest(`api${tags}`, heap);
  const spans = `main;f 30 {span_id="${SPAN}", trace_id="${TRACE}"}\nmain;g 12`;
  await ingest('spans', new Uint8Array(gzippedPprofOf(spans)));
  const rawProfile = retimed(fixtureFile('agents/push-0.6.4/wall-cpu.pb.gz'), now - 20_000);
  const labels = [{ name: '__name__', value: 'process_cpu' }];
  await ask(PusherService.method.push, { series: [{ labels, samples: [{ rawProfile }] }] });
});
after(() => server.stop());

async function ingest(name: string, body: Uint8Array<ArrayBuffer>, more = ''): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const query = `format=pprof&from=${seconds - 10}&name=${encodeURIComponent(name)}&spyName=nodespy&until=${seconds}&${more}`;
  const response = await fetch(`${server.url}/ingest?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
  assert.equal(response.status, 200, await response.text());
}

/** A call as the plugin's client library makes it, with the bytes that came back. */
function call<Input extends MessageInitShape<DescMethodUnary['input']>>(
  { parent, name, input }: DescMethodUnary,
  message: Input,
  headers: Readonly<Record<string, string>> = {},
  moreFields = new Uint8Array(0),
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/${parent.typeName}/${name}`, {
      method: 'POST',
      headers: {
        'accept-encoding': 'gzip',
        'connect-protocol-version': '1',
        'content-type': 'application/proto',
        'user-agent': 'connect-go/1.21.0 (go1.26.1)',
        ...headers,
      },
    });
    sent.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const isGzip = response.headers['content-encoding'] === 'gzip';
        const body = isGzip ? gunzipSync(whole) : whole;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.end(Buffer.concat([toBinary(input, create(input, message)), moreFields]));
  });
}

async function ask<Method extends DescMethodUnary>(
  asked: Method,
  message: MessageInitShape<Method['input']>,
  headers?: Readonly<Record<string, string>>,
  moreFields?: Uint8Array<ArrayBuffer>,
): Promise<MessageShape<Method['output']>> {
  const reply = await call(asked, message, headers, moreFields);
  assert.equal(reply.status, 200, reply.body.toString());
  assert.equal(reply.headers['content-type'], 'application/proto');
  return fromBinary<Method['output']>(asked.output, reply.body);
}

/** All that the plugin takes for granted. */
function assertReadable(graph: FlameGraph | undefined): asserts graph is FlameGraph {
  assert.ok(graph !== undefined);
  const { names, levels, total, maxSelf } = graph;
  assert.equal(names[0], 'total');
  assert.equal(levels[0]?.values.length, 4, 'the first level is one bar');
  let above = [{ from: 0n, to: total }];
  let largestSelf = 0n;
  for (const { values } of levels) {
    assert.equal(values.length % 4, 0);
    const bars: typeof above = [];
    let at = 0n;
    for (let i = 0; i < values.length; i += 4) {
      const [gap = -1n, size = -1n, self = -1n, name = -1n] = values.slice(i, i + 4);
      assert.ok(gap >= 0n && size > 0n - BigInt(total === 0n) && self >= 0n && self <= size);
      assert.ok(name >= 0n && name < BigInt(names.length), `name ${name} of ${names.length}`);
      const from = at + gap;
      at = from + size;
      if (self > largestSelf) largestSelf = self;
      assert.ok(
        above.some((bar) => bar.from <= from && at <= bar.to),
        `a bar from ${from} to ${at} lies in none above it`,
      );
      bars.push({ from, to: at });
    }
    above = bars;
  }
  assert.equal(maxSelf, largestSelf);
  assert.deepEqual(
    [levels[0]?.values[0], levels[0]?.values[3]],
    [0n, 0n],
    'the first bar is the root',
  );
  assert.equal(levels[0]?.values[1], total);
  assert.equal(new Set(names).size, names.length);
}

describe('the data source', () => {
  test('is saved and tested with a range in 1970, which holds nothing', async () => {
    const { profileTypes } = await ask(method.profileTypes, { start: 1000n, end: 4000n });
    assert.deepEqual(profileTypes, []);
  });

  test('gets gzip and hears that it may send it, however small the answer', async () => {
    const asked = { name: 'pod', matchers: [SELECTOR], ...range };
    const { headers } = await call(method.labelValues, asked);
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(headers['accept-encoding'], 'gzip');
  });

  for (const [title, hourAround] of [
    ['of the panel', false],
    ['of an hour around now', true],
  ] as const) {
    test(`finds profile types in the range ${title}`, async () => {
      const now = BigInt(Date.now());
      const wanted = hourAround ? { start: now - 3_600_000n, end: now + 3_600_000n } : range;
      const { profileTypes } = await ask(method.profileTypes, wanted);
      const ids = profileTypes.map(({ ID }) => ID);
      assert.deepEqual(
        ids.filter((id) => !PUSHED_TYPES.has(id)),
        NODE_TYPES,
      );
      assert.ok(ids.includes(PUSHED));
      for (const type of profileTypes) {
        const { ID, name, sampleType, sampleUnit, periodType, periodUnit } = type;
        assert.equal([name, sampleType, sampleUnit, periodType, periodUnit].join(':'), ID);
      }
    });
  }

  test('gets names of labels, dots only when it says that it can read them', async () => {
    const asked = { matchers: [SELECTOR], ...range };
    const plain = await ask(method.labelNames, asked);
    assert.ok(plain.names.includes('pod') && plain.names.includes('service_name'));
    assert.ok(plain.names.every((name) => !name.includes('.')));
    const accept = '*/*; allow-utf8-labelnames=true';
    const all = await ask(method.labelNames, asked, { accept });
    assert.ok(all.names.includes('otel.scope.name'));
  });

  for (const matchers of [['{}'], [SELECTOR]]) {
    test(`gets values of labels where ${matchers}`, async () => {
      const { names } = await ask(method.labelValues, { name: 'pod', matchers, ...range });
      assert.deepEqual(names, ['p-1']);
    });
  }
});

describe('a panel', () => {
  const profileOf = (profileTypeID: string, maxNodes?: bigint) => ({
    profileTypeID,
    labelSelector: SELECTOR,
    ...range,
    ...(maxNodes !== undefined && { maxNodes }),
  });
  const metricsOf = (profileTypeID: string) => ({
    ...profileOf(profileTypeID),
    step: 15,
    groupBy: ['pod'],
    exemplarType: ExemplarType.NONE,
  });

  for (const type of NODE_TYPES) {
    test(`${type}: profile and metrics at the same time agree`, async () => {
      const [{ flamegraph }, { series }] = await Promise.all([
        ask(method.selectMergeStacktraces, profileOf(type)),
        ask(method.selectSeries, metricsOf(type)),
      ]);
      assertReadable(flamegraph);
      assert.ok(flamegraph.total > 0n);
      assert.deepEqual(
        series.map(({ labels }) => labels.map(({ name, value }) => `${name}=${value}`)),
        [['pod=p-1']],
      );
      const points = series.flatMap((each) => each.points);
      const sum = points.reduce((total, { value }) => total + value, 0);
      assert.equal(BigInt(sum), flamegraph.total);
      assert.ok(points.every(({ exemplars }) => exemplars.length === 0));
      assert.ok(points.every(({ timestamp }) => (timestamp - range.start) % 15_000n === 0n));
    });
  }

  test('a flame graph cut to some nodes is as readable, and as much', async () => {
    const whole = await ask(method.selectMergeStacktraces, profileOf(CPU));
    const { flamegraph } = await ask(method.selectMergeStacktraces, profileOf(CPU, 4n));
    assertReadable(flamegraph);
    assert.equal(flamegraph.total, whole.flamegraph?.total);
    assert.ok(flamegraph.names.includes('other'));
  });

  test('of a service that is not there is a flame graph of nothing', async () => {
    const { flamegraph } = await ask(method.selectMergeStacktraces, {
      ...profileOf(CPU),
      labelSelector: '{service_name="nobody"}',
    });
    assert.equal(flamegraph?.total, 0n);
    assertReadable(flamegraph);
  });

  test('of one profile', async () => {
    const { series } = await ask(method.selectSeries, {
      ...metricsOf(CPU),
      exemplarType: ExemplarType.INDIVIDUAL,
    });
    const [exemplar] = series[0]?.points[0]?.exemplars ?? [];
    assert.ok(exemplar !== undefined);
    const { flamegraph } = await ask(method.selectMergeStacktraces, {
      ...profileOf(CPU),
      profileIdSelector: [exemplar.profileId],
    });
    assertReadable(flamegraph);
    assert.equal(flamegraph.total, exemplar.value);
  });

  test('of spans, in either of the two ways', async () => {
    const asked = { ...profileOf(SPANS), labelSelector: '{service_name="spans"}' };
    for (const { flamegraph } of [
      await ask(method.selectMergeSpanProfile, { ...asked, spanSelector: [SPAN] }),
      await ask(method.selectMergeStacktraces, { ...asked, spanSelector: [SPAN] }),
    ]) {
      assertReadable(flamegraph);
      assert.deepEqual([flamegraph.names, flamegraph.total], [['total', 'main', 'f'], 30n]);
    }
  });

  test('of a trace, and of the spans and profiles in it', async () => {
    const asked = { ...profileOf(SPANS), labelSelector: '{service_name="spans"}' };
    const { flamegraph } = await ask(method.selectMergeStacktraces, {
      ...asked,
      traceIdSelector: [TRACE],
    });
    assertReadable(flamegraph);
    assert.deepEqual([flamegraph.names, flamegraph.total], [['total', 'main', 'f'], 30n]);
    const other = await ask(method.selectMergeStacktraces, {
      ...asked,
      traceIdSelector: [TRACE.replace('0', 'f')],
    });
    assertReadable(other.flamegraph);
    assert.equal(other.flamegraph.total, 0n);
  });

  test('below a call site', async () => {
    const { flamegraph } = await ask(method.selectMergeStacktraces, {
      ...profileOf(SPANS),
      labelSelector: '{service_name="spans"}',
      stackTraceSelector: { callSite: [{ name: 'main' }, { name: 'g' }] },
    });
    assertReadable(flamegraph);
    assert.equal(flamegraph.total, 12n);
    assert.ok(flamegraph.names.includes('g') && !flamegraph.names.includes('f'));
  });

  test('with a filter of frames, which newer ones send, is what it is without', async () => {
    const asked = profileOf(CPU);
    const whole = await ask(method.selectMergeStacktraces, asked);
    // Field 12, a text.
    const filter = Uint8Array.of(0x62, 1, 0x78);
    const filtered = await ask(method.selectMergeStacktraces, asked, {}, filter);
    assert.deepEqual(filtered.flamegraph, whole.flamegraph);
  });

  test('of series, the largest few', async () => {
    const all = '{service_name=~"api|spans|unknown_service"}';
    const asked = { ...metricsOf(PUSHED), labelSelector: all, groupBy: ['service_name'] };
    for (const limit of [undefined, 1n]) {
      const { series } = await ask(method.selectSeries, {
        ...asked,
        ...(limit !== undefined && { limit }),
      });
      assert.deepEqual(
        series.map(({ labels }) => labels.map(({ name, value }) => `${name}=${value}`)),
        [['service_name=unknown_service']],
      );
    }
    const perPod = { ...metricsOf(CPU), groupBy: ['pod', 'otel.scope.name'], limit: 1n };
    assert.equal((await ask(method.selectSeries, perPod)).series.length, 1);
  });

  test('of what was pushed without a service is that of an unknown one', async () => {
    const { flamegraph } = await ask(method.selectMergeStacktraces, {
      ...profileOf(PUSHED),
      labelSelector: '{service_name="unknown_service"}',
    });
    assertReadable(flamegraph);
    assert.ok(flamegraph.total > 0n);
  });

  for (const exemplarType of [ExemplarType.NONE, ExemplarType.INDIVIDUAL]) {
    test(`a heat map, exemplars ${exemplarType}`, async () => {
      const step = Math.max(15, Number(range.end - range.start) / 64 / 1000);
      const { series } = await ask(method.selectHeatmap, {
        ...profileOf(MEMORY),
        step,
        queryType: HeatmapQueryType.INDIVIDUAL,
        exemplarType,
      });
      const slots = series.flatMap((each) => each.slots);
      assert.deepEqual(
        slots.map(({ yMin, counts }) => [yMin.length, counts.length, counts.at(-1)]),
        [[20, 20, 1]],
      );
      const wanted = exemplarType === ExemplarType.NONE ? 0 : 1;
      assert.equal(slots[0]?.exemplars.length, wanted);
    });
  }

  for (const [asked, message] of [
    [method.selectMergeStacktraces, profileOf('x')],
    [method.selectMergeStacktraces, { ...profileOf(CPU), labelSelector: '{service_name=' }],
    [method.selectSeries, { ...metricsOf(CPU), labelSelector: '{service_name=~"("}' }],
    [method.labelNames, { matchers: ['{'], start: 1n, end: 2n }],
  ] as const) {
    test(`a bad request of ${asked.name} is an error that can be shown`, async () => {
      const { status, headers, body } = await call(asked, { ...message, ...rangeOf() });
      assert.equal(status, 400);
      assert.equal(headers['content-type'], 'application/json');
      const error: unknown = JSON.parse(body.toString());
      assert.ok(typeof error === 'object' && error !== null);
      assert.ok('code' in error && error.code === 'invalid_argument');
      assert.ok('message' in error && String(error.message).length > 10);
    });
  }
});

/** The range once the server has started. */
function rangeOf() {
  return { start: range.start, end: range.end };
}
