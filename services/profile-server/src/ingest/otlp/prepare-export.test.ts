import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAPPING_HAS, sumInt64, textFromProfile } from '@emberscope/profile';
import { cpuMillisOf, fuzzRuns, sharedFile, sharedMissing } from '@emberscope/test-kit';
import fc from 'fast-check';
import { ingestLimits } from '../../settings.ts';
import type { PushSeries } from '../../store/push.ts';
import { settingsOf } from '../../testing/running-server.ts';
import type { IngestLimits } from '../ingest-limits.ts';
import { exportOfMessage } from './otlp-export.ts';
import { type PreparedExport, prepareExport } from './prepare-export.ts';
import { readExport } from './read-export.ts';
import {
  AT,
  type ExportInit,
  exportOf,
  type OtlpProfileInit,
  SMALL_STRINGS,
  smallDictionary,
  smallExport,
  smallProfile,
} from './testing/small-export.ts';

const NOW_MILLIS = 1_770_000_000_000;
const limits: IngestLimits = {
  ...ingestLimits(settingsOf({})),
  rejectOlderThanMillis: 0,
  rejectNewerThanMillis: 0,
};
const text = (value: string) => ({ value: { case: 'stringValue' as const, value } });

function prepare(init: ExportInit, changed: Partial<IngestLimits> = {}): PreparedExport {
  return prepareExport(exportOfMessage(exportOf(init)), { ...limits, ...changed }, NOW_MILLIS);
}

function seriesOf(prepared: PreparedExport): readonly PushSeries[] {
  assert.ok(prepared.kind === 'profiles', prepared.kind === 'profiles' ? '' : prepared.reason);
  return [...prepared.profiles].flatMap(({ outcome }) => {
    assert.ok(outcome.kind === 'ready', outcome.kind === 'ready' ? '' : outcome.refusal.reason);
    return outcome.series;
  });
}

/** Labels as one text, and samples as others. */
function drawn(series: readonly PushSeries[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    series.map(({ labels, profiles }) => [
      labels.labels.map(({ name, value }) => `${name}=${value}`).join(' '),
      profiles.flatMap(({ profile }) => textFromProfile(profile)).sort(),
    ]),
  );
}

function reasonOf(init: ExportInit, changed: Partial<IngestLimits> = {}): string {
  const prepared = prepare(init, changed);
  if (prepared.kind === 'unconvertible') return prepared.reason;
  const [first] = prepared.profiles;
  assert.ok(first?.outcome.kind === 'refused');
  return first.outcome.refusal.reason;
}

const CPU_LABELS = '__name__=process_cpu __otel__=true service.name=shop service_name=shop';

describe('what is measured', () => {
  test('counts of CPU samples are time', () => {
    const series = seriesOf(prepare(smallExport()));
    assert.deepEqual(drawn(series), {
      [CPU_LABELS]: ['main;serve@src/http.ts:12 30', 'main;serve@src/http.ts:12;json 40'],
    });
    const profile = series[0]?.profiles[0]?.profile;
    assert.deepEqual(profile?.sampleTypes, [{ type: 'cpu', unit: 'nanoseconds' }]);
    assert.deepEqual(profile?.periodType, { type: 'cpu', unit: 'nanoseconds' });
    assert.equal(profile?.period, 10n);
    assert.equal(profile?.timeNanos, BigInt(NOW_MILLIS) * 1_000_000n);
    assert.equal(profile?.durationNanos, 10_000_000_000n);
  });

  test('off-CPU time is the sum of the values, and timestamps count where there are none', () => {
    const offCpu = smallProfile({
      sampleType: { typeStrindex: AT.offCpu, unitStrindex: AT.nanoseconds },
      samples: [
        { stackIndex: 0, values: [100n, 200n] },
        { stackIndex: 1, timestampsUnixNano: [1n, 2n, 3n] },
      ],
      period: 0n,
    });
    const series = seriesOf(prepare(smallExport(offCpu)));
    assert.deepEqual(Object.values(drawn(series)), [
      ['main;serve@src/http.ts:12 300', 'main;serve@src/http.ts:12;json 3'],
    ]);
    assert.equal(series[0]?.labels.labels[0]?.value, 'off_cpu');
    assert.equal(series[0]?.profiles[0]?.profile.periodType, undefined);
  });

  test('anything else goes by the type of its period', () => {
    const wall = smallProfile({
      sampleType: { typeStrindex: AT.wall, unitStrindex: AT.nanoseconds },
      periodType: { typeStrindex: AT.wall, unitStrindex: AT.nanoseconds },
    });
    const [series] = seriesOf(prepare(smallExport(wall)));
    assert.equal(series?.labels.labels[0]?.value, 'wall');
    assert.equal(
      sumInt64(series?.profiles[0]?.profile.samples.values[0] ?? new Float64Array()),
      7n,
    );
  });

  test('a product past 64 bits goes around, and a sample that ends below 0 is not counted', () => {
    const huge = smallProfile({
      period: 2n ** 62n,
      samples: [
        { stackIndex: 0, values: [2n] },
        { stackIndex: 1, values: [5n] },
      ],
    });
    assert.deepEqual(Object.values(drawn(seriesOf(prepare(smallExport(huge))))), [
      [`main;serve@src/http.ts:12;json ${2n ** 62n}`],
    ]);
  });

  test('two values of a profile without a period are refused as in a push', () => {
    const wall = smallProfile({
      sampleType: { typeStrindex: AT.wall, unitStrindex: AT.nanoseconds },
      period: 0n,
      samples: [{ stackIndex: 0, values: [1n, 2n] }],
    });
    assert.equal(reasonOf(smallExport(wall)), 'sample value length mismatch');
  });
});

describe('labels', () => {
  test('a service of a sample makes a series of its own, other attributes are labels', () => {
    const profile = smallProfile({
      samples: [
        { stackIndex: 0, values: [1n], attributeIndices: [2] },
        { stackIndex: 0, values: [2n], attributeIndices: [1] },
        { stackIndex: 0, values: [3n] },
      ],
    });
    assert.deepEqual(drawn(seriesOf(prepare(smallExport(profile)))), {
      [CPU_LABELS.replace('service_name=shop', 'service_name=other')]: [
        'main;serve@src/http.ts:12 10',
      ],
      [CPU_LABELS]: ['main;serve@src/http.ts:12 30'],
      [`${CPU_LABELS} thread.name=worker-1`]: ['main;serve@src/http.ts:12 20'],
    });
  });

  test('strings of attributes may lie in the dictionary', () => {
    const init = smallExport(
      smallProfile({ samples: [{ stackIndex: 0, values: [1n], attributeIndices: [1] }] }),
      smallDictionary({
        attributeTable: [
          {},
          {
            keyStrindex: AT.threadName,
            value: { value: { case: 'stringValueStrindex', value: AT.json } },
          },
        ],
      }),
    );
    const attributes = [
      {
        keyStrindex: AT.serviceName,
        value: { value: { case: 'stringValueStrindex' as const, value: AT.serve } },
      },
    ];
    const [series] = seriesOf(
      prepare({
        ...init,
        resourceProfiles: [
          {
            resource: { attributes },
            scopeProfiles: init.resourceProfiles?.[0]?.scopeProfiles ?? [],
          },
        ],
      }),
    );
    assert.deepEqual(
      series?.labels.labels.map(({ name, value }) => `${name}=${value}`),
      [
        '__name__=process_cpu',
        '__otel__=true',
        'service.name=serve',
        'service_name=serve',
        'thread.name=json',
      ],
    );
  });

  test('an attribute that is not there drops its profile alone', () => {
    const bad = smallProfile({ samples: [{ stackIndex: 0, values: [1n], attributeIndices: [9] }] });
    const init = smallExport();
    const prepared = prepare({
      ...init,
      resourceProfiles: [{ scopeProfiles: [{ profiles: [bad, smallProfile()] }] }],
    });
    assert.equal(prepared.kind === 'profiles' && prepared.droppedCount, 1);
    assert.deepEqual(Object.keys(drawn(seriesOf(prepared))), [
      '__name__=process_cpu __otel__=true service_name=unknown_service',
    ]);
  });

  test('a link names span and trace', () => {
    const profile = smallProfile({ samples: [{ stackIndex: 0, values: [1n], linkIndex: 1 }] });
    assert.deepEqual(drawn(seriesOf(prepare(smallExport(profile)))), {
      [CPU_LABELS]: [
        'main;serve@src/http.ts:12 10 {span_id="00000bac2a5ab0c7", trace_id="0af7651916cd43dd8448eb211c80319c"}',
      ],
    });
  });
});

test('a mapping with names in one sample and none in another loses nothing', () => {
  const profile = smallProfile({
    samples: [
      { stackIndex: 1, values: [1n] },
      { stackIndex: 2, values: [2n] },
    ],
  });
  const [series] = seriesOf(prepare(smallExport(profile)));
  assert.deepEqual(drawn(series === undefined ? [] : [series]), {
    [CPU_LABELS]: ['main;json;0x20 20', 'main;serve@src/http.ts:12;json 10'],
  });
  const symbols = series?.profiles[0]?.profile.symbols;
  const { mappings, strings } = symbols ?? assert.fail();
  assert.deepEqual(
    Array.from(mappings.fileName, (row, at) => [
      strings[row],
      strings[mappings.buildId[at] ?? 0],
      mappings.has[at],
    ]),
    [
      ['', '', MAPPING_HAS.functions],
      ['libjson.so', 'abc123', MAPPING_HAS.functions],
      ['libjson.so', 'abc123', 0],
    ],
  );
});

describe('limits', () => {
  test('those of a push hold, in the same words', () => {
    const pprof = { ...limits.pprof, maxSamples: 1 };
    assert.match(reasonOf(smallExport(), { pprof }), /exceeds the samples count limit .*actual: 2/);
    const labelled = smallProfile({
      samples: [{ stackIndex: 0, values: [1n], attributeIndices: [1, 3] }],
    });
    assert.match(
      reasonOf(smallExport(labelled), { pprof: { ...limits.pprof, maxSampleLabels: 1 } }),
      /exceeds the sample labels limit .*actual: 2, limit: 1/,
    );
    assert.match(
      reasonOf(smallExport(), { maxProfileBytes: 40 }),
      /^the profile with labels '\{.*service_name="shop"\}' exceeds the size limit \(max_profile_size_byte, actual: \d+, limit: 40\)$/,
    );
    const strings = SMALL_STRINGS.with(AT.wall, 'wall-time');
    const dashed = smallProfile({ sampleType: { typeStrindex: AT.wall } });
    assert.equal(
      reasonOf(smallExport(dashed, smallDictionary({ stringTable: [...strings] }))),
      'sample type contains -',
    );
  });

  test('of a deep stack the root side stays', () => {
    const shallow = { pprof: { ...limits.pprof, maxStackDepth: 2 } };
    const profile = smallProfile({ samples: [{ stackIndex: 1, values: [1n] }] });
    assert.deepEqual(Object.values(drawn(seriesOf(prepare(smallExport(profile), shallow)))), [
      ['main;serve@src/http.ts:12 10'],
    ]);
  });

  const sample = { stackIndex: 0, values: [1n] };
  const greedy: readonly (readonly [string, ExportInit])[] = [
    [
      'a long string in each of many profiles',
      manyProfiles(5_000, { samples: [sample] }, [
        ...SMALL_STRINGS.with(AT.main, 'x'.repeat(65_000)),
      ]),
    ],
    [
      'a deep stack in each of many samples',
      smallExport(
        smallProfile({ samples: new Array(50_000).fill(sample) }),
        smallDictionary({ stackTable: [{ locationIndices: new Array(1000).fill(0) }] }),
      ),
    ],
    ['more series than the main thread should look at', manyProfiles(5_001, { samples: [sample] })],
    [
      'a long attribute on each of many resources',
      {
        dictionary: smallDictionary(),
        resourceProfiles: [
          {
            resource: { attributes: [{ key: 'x'.repeat(65_000), value: text('x') }] },
            scopeProfiles: new Array(5_000).fill({}),
          },
        ],
      },
    ],
  ];
  for (const [title, init] of greedy) {
    test(`${title} is refused before it takes much`, () => {
      const request = exportOfMessage(exportOf(init));
      let prepared: PreparedExport | undefined;
      const millis = cpuMillisOf(() => {
        prepared = prepareExport(request, limits, NOW_MILLIS);
      });
      assert.ok(prepared?.kind === 'unconvertible');
      assert.match(prepared.reason, /would take more than \d|more than 5000 series/);
      assert.ok(millis < 5_000, `${millis} ms`);
    });
  }
});

function manyProfiles(
  count: number,
  changes: OtlpProfileInit,
  stringTable: string[] = [...SMALL_STRINGS],
): ExportInit {
  const profiles = new Array(count).fill(smallProfile(changes));
  return {
    dictionary: smallDictionary({ stringTable }),
    resourceProfiles: [{ scopeProfiles: [{ profiles }] }],
  };
}

test('what drawn exports add up to is what a plain reading of them adds up to', () => {
  const row = (below: number) => fc.nat({ max: below - 1 });
  const NAMES = ['main', 'serve', 'json'];
  const drawnSample = fc.record({
    frames: fc.array(row(3), { minLength: 1, maxLength: 5 }),
    value: fc.integer({ min: 1, max: 5 }),
    hasThread: fc.boolean(),
    hasService: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(drawnSample, { maxLength: 30 }), (samples) => {
      const expected = new Map<string, number>();
      const profile = smallProfile({
        samples: samples.map(({ value, hasThread, hasService }, stackIndex) => ({
          stackIndex,
          values: [BigInt(value)],
          attributeIndices: [...(hasThread ? [1] : []), ...(hasService ? [2] : [])],
        })),
      });
      for (const { frames, value, hasThread, hasService } of samples) {
        const stack = frames.map((frame) => NAMES[frame]).join(';');
        const key = `${hasService ? 'other' : 'shop'} ${hasThread} ${stack}`;
        expected.set(key, (expected.get(key) ?? 0) + 10 * value);
      }
      const stackTable = samples.map(({ frames }) => ({ locationIndices: frames.toReversed() }));
      const locationTable = NAMES.map((_, index) => ({ lines: [{ functionIndex: index + 1 }] }));
      const functionTable = [{}, ...NAMES.map((_, index) => ({ nameStrindex: AT.main + index }))];
      const dictionary = smallDictionary({ stackTable, locationTable, functionTable });
      const found = new Map<string, number>();
      for (const { labels, profiles } of seriesOf(prepare(smallExport(profile, dictionary)))) {
        const of = (wanted: string) => labels.labels.find(({ name }) => name === wanted)?.value;
        for (const line of profiles.flatMap((pushed) => textFromProfile(pushed.profile))) {
          const [stack, value] = line.split(' ');
          const key = `${of('service_name')} ${of('thread.name') !== undefined} ${stack}`;
          found.set(key, (found.get(key) ?? 0) + Number(value));
        }
      }
      assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
    }),
    fuzzRuns(200, 10_000),
  );
});

test('the capture of a real profiler adds up to what was recorded', { skip: sharedMissing }, () => {
  const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
  const read = readExport({ bytes, encoding: 'proto', isGzip: false }, bytes.length);
  assert.ok(read.kind === 'read');
  const sums = new Map<string, bigint>();
  for (const { labels, profiles } of seriesOf(prepareExport(read.request, limits, NOW_MILLIS))) {
    const name = labels.labels.find((label) => label.name === '__name__')?.value ?? '';
    for (const { profile } of profiles) {
      const sum = sumInt64(profile.samples.values[0] ?? new Float64Array());
      sums.set(name, (sums.get(name) ?? 0n) + sum);
    }
  }
  assert.deepEqual(
    sums,
    new Map([
      ['process_cpu', 500_000_000n],
      ['off_cpu', 267_302_249_331n],
    ]),
  );
});
