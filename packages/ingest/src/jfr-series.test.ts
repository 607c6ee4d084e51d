import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { labelValue } from '@emberscope/labels';
import { NO_PPROF_LIMITS, PYROSCOPE_PPROF_LIMITS } from '@emberscope/pprof';
import { labelsOfSet, type Profile, sumInt64 } from '@emberscope/profile';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { parseIngestParams } from './ingest-params.ts';
import { type JfrUpload, jfrSeries } from './jfr-series.ts';

function paramsOf(query: string) {
  const parsed = parseIngestParams(new URLSearchParams(query), '', unixNanos(1n));
  assert.ok(parsed.ok);
  return parsed.params;
}

const QUERY = 'name=app{env=prod}&format=jfr&spyName=javaspy&from=1700000000&until=1700000010';

function recorded(name: string): Uint8Array {
  return Uint8Array.from(gunzipSync(sharedFile(`conformance/inputs/jfr/${name}`)));
}

function series(upload: JfrUpload, query = QUERY) {
  const ingested = jfrSeries(paramsOf(query), upload, PYROSCOPE_PPROF_LIMITS);
  assert.ok(ingested.ok, ingested.ok ? '' : ingested.reason);
  return ingested.series;
}

function sums({ sampleTypes, samples }: Profile): readonly string[] {
  return sampleTypes.map(
    ({ type, unit }, i) => `${type}:${unit} ${sumInt64(samples.values[i] ?? new Float64Array(0))}`,
  );
}

/** The texts of all labels of samples, each once. */
function labelTexts({ labelSets, samples, symbols }: Profile): readonly string[] {
  const texts = new Set<string>();
  for (const set of samples.labels) {
    for (const label of labelsOfSet(labelSets, set)) {
      if (label.kind === 'text') {
        texts.add(`${symbols.strings[label.key]}=${symbols.strings[label.text]}`);
      }
    }
  }
  return [...texts].sort();
}

test('bytes that are no recording are refused with the reason', () => {
  const recording = new TextEncoder().encode('not a jfr');
  assert.deepEqual(jfrSeries(paramsOf(QUERY), { recording }, NO_PPROF_LIMITS), {
    ok: false,
    kind: 'not-jfr',
    reason: 'error reading chunk header: unexpected EOF: 9 bytes of 68',
  });
});

test('no bytes are nothing to store', () => {
  assert.deepEqual(series({ recording: new Uint8Array(0) }), []);
});

test('labels that are no snapshot are refused', () => {
  const upload = { recording: new Uint8Array(0), labels: Uint8Array.from([0x0a, 9]) };
  const ingested = jfrSeries(paramsOf(QUERY), upload, NO_PPROF_LIMITS);
  assert.ok(!ingested.ok);
  assert.equal(ingested.kind, 'bad-labels');
});

describe('a recording is a series for each kind of event', { skip: sharedMissing }, () => {
  test('with types, times, period and labels', () => {
    const made = series({ recording: recorded('lock0alloc0.jfr.gz') });
    assert.deepEqual(
      made.map(({ labels, profile }) => [
        labelValue(labels, '__name__'),
        profile.periodType,
        ...sums(profile),
      ]),
      [
        ['process_cpu', { type: 'cpu', unit: 'nanoseconds' }, 'cpu:nanoseconds 5820000000'],
        [
          'memory',
          { type: 'space', unit: 'bytes' },
          'alloc_in_new_tlab_objects:count 7972',
          'alloc_in_new_tlab_bytes:bytes 1598335640',
        ],
        [
          'memory',
          { type: 'space', unit: 'bytes' },
          'alloc_outside_tlab_objects:count 2238',
          'alloc_outside_tlab_bytes:bytes 43715768',
        ],
        [
          'mutex',
          { type: 'mutex', unit: 'count' },
          'contentions:count 1773',
          'delay:nanoseconds 3908034578',
        ],
        [
          'block',
          { type: 'block', unit: 'count' },
          'contentions:count 435',
          'delay:nanoseconds 100900692',
        ],
      ],
    );
    const [first] = made;
    assert.ok(first !== undefined);
    const { labels, profile } = first;
    assert.equal(profile.timeNanos, 1_700_000_000_000_000_000n);
    assert.equal(profile.durationNanos, 10_000_000_000n);
    assert.equal(profile.period, 10_000_000n);
    assert.equal(labelValue(labels, 'service_name'), 'app');
    assert.equal(labelValue(labels, 'jfr_event'), 'cpu');
    assert.equal(labelValue(labels, 'pyroscope_spy'), 'javaspy');
    assert.equal(labelValue(labels, 'env'), 'prod');
  });

  test('sampled by wall clock time: those that ran, and all of them', () => {
    const made = series({ recording: recorded('dump2.jfr.gz') }, `${QUERY}&sampleRate=1`);
    assert.deepEqual(
      made.slice(0, 2).map(({ profile }) => sums(profile)),
      [['cpu:nanoseconds 3358000000000'], ['wall:nanoseconds 14723000000000']],
    );
    assert.deepEqual(
      made.map(({ labels }) => labelValue(labels, 'jfr_event')),
      Array(4).fill('wall'),
    );
  });

  test('labels of contexts come from the snapshot beside it', () => {
    const recording = recorded('dump1.jfr.gz');
    const [alone] = series({ recording });
    const [labelled] = series({ recording, labels: recorded('dump1.labels.pb.gz') });
    assert.ok(alone !== undefined && labelled !== undefined);
    assert.deepEqual(labelTexts(alone.profile), []);
    assert.deepEqual(labelTexts(labelled.profile), [
      'thread_name=pool-2-thread-1',
      'thread_name=pool-2-thread-3',
      'thread_name=pool-2-thread-5',
      'thread_name=pool-2-thread-7',
    ]);
  });

  test('more samples or labels than there may be are told', () => {
    const recording = recorded('dump1.jfr.gz');
    const labels = recorded('dump1.labels.pb.gz');
    const few = { ...PYROSCOPE_PPROF_LIMITS, maxSamples: 10 };
    const reasonOf = (limits: typeof few) => {
      const ingested = jfrSeries(paramsOf(QUERY), { recording, labels }, limits);
      return ingested.ok ? ingested.series.map(({ limit }) => limit?.reason) : [];
    };
    assert.deepEqual(reasonOf(few), [
      'exceeds the samples count limit (max_profile_stacktrace_samples, actual: 95, limit: 10)',
    ]);
    assert.deepEqual(reasonOf({ ...PYROSCOPE_PPROF_LIMITS, maxSampleLabels: 0 }), [
      'exceeds the sample labels limit (max_profile_stacktrace_sample_labels, actual: 1, limit: 0)',
    ]);
    assert.deepEqual(reasonOf(PYROSCOPE_PPROF_LIMITS), [undefined]);
  });
});
