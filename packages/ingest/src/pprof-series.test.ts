import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { PYROSCOPE_PPROF_LIMITS, readPprofHeader } from '@emberscope/pprof';
import { fixtureFiles } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { parseIngestParams } from './ingest-params.ts';
import { needsRepair, pprofLabels, pprofSeries } from './pprof-series.ts';
import { parseSampleTypeConfig } from './sample-type-config.ts';

function paramsOf(query: string) {
  const parsed = parseIngestParams(new URLSearchParams(query), '', unixNanos(5n));
  assert.ok(parsed.ok);
  return parsed.params;
}

test('labels by the header alone are those of the whole profile', () => {
  const params = paramsOf(
    'name=shop{region=eu,__x=1,service_name=till}&spyName=nodespy&format=pprof',
  );
  for (const { path, bytes } of fixtureFiles(/\.pb\.gz$/)) {
    const profile = new Uint8Array(gunzipSync(bytes));
    const whole = pprofSeries(params, { profile }, PYROSCOPE_PPROF_LIMITS);
    const header = readPprofHeader(profile);
    assert.ok(whole.ok && header.ok, path);
    assert.deepEqual(
      pprofLabels(params, header.header.sampleTypes, undefined),
      whole.series[0]?.labels,
    );
  }
});

describe('a profile needs repair', () => {
  const in2026 = 1_795_000_000_000_000_000n;
  const configOf = (text: string) => {
    const parsed = parseSampleTypeConfig(new TextEncoder().encode(text));
    assert.ok(parsed.ok);
    return parsed.config;
  };
  const cases: readonly [
    title: string,
    query: string,
    timeNanos: bigint,
    config: string,
    boolean,
  ][] = [
    ['of Node: no', 'name=a&spyName=nodespy', in2026, '{}', false],
    ['without a time', 'name=a&spyName=nodespy', 0n, '{}', true],
    ['with a time in 1970', 'name=a&spyName=nodespy', in2026 / 1000n, '{}', true],
    ['of Python', 'name=a&spyName=pyspy', in2026, '{}', true],
    ['of Ruby', 'name=a&spyName=rbspy', in2026, '{}', true],
    ['of .NET', 'name=a&spyName=dotnetspy', in2026, '{}', true],
    ['of .NET, unnamed', 'name=a', in2026, '{"inuse-space": {}}', true],
    ['unnamed, and not .NET: no', 'name=a', in2026, '{"inuse_space": {}}', false],
  ];
  for (const [title, query, timeNanos, config, expected] of cases) {
    test(title, () => {
      assert.equal(needsRepair(paramsOf(query), unixNanos(timeNanos), configOf(config)), expected);
    });
  }
});
