import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { labelValue } from '@emberscope/labels';
import { PYROSCOPE_PPROF_LIMITS } from '@emberscope/pprof';
import { sumInt64 } from '@emberscope/profile';
import { fixtureFile } from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { parseIngestParams } from './ingest-params.ts';
import { pprofSeries } from './pprof-series.ts';

/** What a real agent's requests become; sums as counted when they were captured. */
describe('requests of @pyroscope/nodejs', () => {
  const cases: readonly [capture: string, name: string, sums: bigint[]][] = [
    ['push-0.6.4/wall-cpu', 'wall', [291n, 1_334_016_000n, 1_317_442_813n]],
    ['push-0.6.4/wall-only.basic-auth', 'wall', [96n, 1_036_512_000n]],
    ['push-0.6.4/heap', 'memory', [660_271n, 26_154_503n]],
    ['push-0.6.4/wall-cpu.sourcemapped.bearer', 'wall', [285n, 1_036_930_000n, 1_103_174_483n]],
  ];
  for (const [capture, profileName, sums] of cases) {
    test(capture, () => {
      const request: { url: string; rawHeaders: string[] } = JSON.parse(
        new TextDecoder().decode(fixtureFile(`agents/${capture}.request.json`)),
      );
      const { searchParams } = new URL(request.url, 'http://localhost');
      const parsed = parseIngestParams(searchParams, 'application/octet-stream', unixNanos(0n));
      assert.ok(parsed.ok);
      assert.equal(parsed.params.format, 'pprof');
      assert.equal(parsed.params.spyName, 'nodespy');
      const profile = new Uint8Array(gunzipSync(fixtureFile(`agents/${capture}.pb.gz`)));
      const made = pprofSeries(parsed.params, { profile }, PYROSCOPE_PPROF_LIMITS);
      assert.ok(made.ok);
      const [series] = made.series;
      assert.ok(series !== undefined);
      assert.deepEqual(series.profile.samples.values.map(sumInt64), sums);
      assert.equal(labelValue(series.labels, '__name__'), profileName);
      assert.equal(labelValue(series.labels, 'pyroscope_spy'), 'nodespy');
      assert.equal(labelValue(series.labels, 'process.runtime.name'), 'nodejs');
      assert.equal(labelValue(series.labels, 'service_name'), parsed.params.name.application);
    });
  }
});
