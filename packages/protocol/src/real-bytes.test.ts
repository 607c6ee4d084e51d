import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { fixtureFile, fixtureFiles, sharedFile, sharedMissing } from '@emberscope/test-kit';
import { type Profile, ProfileSchema } from './gen/google/v1/profile_pb.ts';
import {
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
} from './gen/grpc/health/v1/health_pb.ts';
import { ExportProfilesServiceRequestSchema } from './gen/opentelemetry/proto/collector/profiles/v1development/profiles_service_pb.ts';

/** A row of the table in `fixtures/agents/README.md`. */
type Captured = {
  readonly path: string;
  readonly sampleCount: number;
  readonly sampleTypes: readonly string[];
  readonly sums: readonly bigint[];
  readonly durationNanos: bigint;
  readonly period: bigint;
  readonly labels: readonly string[];
};

describe('profiles that agents sent', () => {
  const captured = capturedProfiles();

  test('each has its row', () => {
    const files = fixtureFiles(/agents\/.*(\.pb\.gz|\.body)$/).map(({ path }) => path);
    assert.deepEqual(captured.map(({ path }) => `agents/${path}`).sort(), files);
  });

  for (const expected of captured) {
    test(expected.path, async () => {
      const profile = fromBinary(ProfileSchema, gunzipSync(await sentProfile(expected.path)));
      assert.equal(profile.stringTable[0], '');
      assert.equal(profile.sample.length, expected.sampleCount);
      assert.deepEqual(sampleTypes(profile), expected.sampleTypes);
      assert.deepEqual(sums(profile), expected.sums);
      assert.equal(profile.durationNanos, expected.durationNanos);
      assert.equal(profile.period, expected.period);
      assert.deepEqual(labelNames(profile), [...expected.labels].sort());

      // Nothing is lost on the way out: not even what this version does not know.
      const again = fromBinary(ProfileSchema, toBinary(ProfileSchema, profile));
      assert.deepEqual(again, profile);
      assert.equal(profile.$unknown, undefined);
    });
  }
});

test('an OTLP export of an eBPF agent', { skip: sharedMissing }, () => {
  const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
  const { resourceProfiles, dictionary } = fromBinary(ExportProfilesServiceRequestSchema, bytes);
  assert.ok(dictionary !== undefined);
  assert.equal(dictionary.stringTable[0], '');
  const profiles = resourceProfiles.flatMap(({ scopeProfiles }) =>
    scopeProfiles.flatMap(({ profiles }) => profiles),
  );
  const samples = profiles.flatMap(({ samples }) => samples);
  assert.ok(samples.length > 0);
  for (const { sampleType } of profiles) {
    assert.ok(dictionary.stringTable[sampleType?.typeStrindex ?? -1], 'a sample type has a name');
  }
  for (const { stackIndex, attributeIndices } of samples) {
    assert.ok(dictionary.stackTable[stackIndex] !== undefined, `stack ${stackIndex}`);
    for (const row of attributeIndices) assert.ok(dictionary.attributeTable[row] !== undefined);
  }
  for (const { locationIndices } of dictionary.stackTable) {
    for (const row of locationIndices) assert.ok(dictionary.locationTable[row] !== undefined);
  }
});

describe('health is the usual bytes, whatever JSON calls the states', () => {
  test('a request', () => {
    const bytes = Uint8Array.of(0x0a, 1, 0x78);
    assert.equal(fromBinary(HealthCheckRequestSchema, bytes).service, 'x');
  });
  for (const state of [1, 2, 3] as const) {
    test(`state ${state}`, () => {
      const response = fromBinary(HealthCheckResponseSchema, Uint8Array.of(8, state));
      assert.equal(response.status, state);
      assert.deepEqual([...toBinary(HealthCheckResponseSchema, response)], [8, state]);
    });
  }
});

function capturedProfiles(): Captured[] {
  const readme = new TextDecoder().decode(fixtureFile('agents/README.md'));
  return [...readme.matchAll(/^\| `(\S+)` \| \d+ \|(.*)\|$/gm)].map(([, path = '', cells = '']) => {
    const [samples = '', types = '', sums = '', duration = '', period = '', labels = ''] = cells
      .split('|')
      .map((cell) => cell.trim());
    return {
      path,
      sampleCount: Number(samples),
      sampleTypes: types.split(' '),
      sums: sums.split(' ').map(BigInt),
      durationNanos: BigInt(duration),
      period: BigInt(period),
      labels: labels === '-' ? [] : labels.split(','),
    };
  });
}

/** The bytes of a body that is a profile, or of the file part `profile` in one that is a form. */
async function sentProfile(path: string): Promise<Uint8Array> {
  const body = fixtureFile(`agents/${path}`);
  if (!path.endsWith('.body')) return body;
  const recorded = fixtureFile(`agents/${path.replace(/\.body$/, '.request.json')}`);
  const { rawHeaders }: { rawHeaders: string[] } = JSON.parse(new TextDecoder().decode(recorded));
  const contentType = rawHeaders[rawHeaders.indexOf('content-type') + 1] ?? '';
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  const part = form.get('profile');
  assert.ok(part instanceof Blob, 'the form has a file part called profile');
  return new Uint8Array(await part.arrayBuffer());
}

function sampleTypes({ sampleType, stringTable }: Profile): string[] {
  return sampleType.map(
    ({ type, unit }) => `${stringTable[Number(type)]}/${stringTable[Number(unit)]}`,
  );
}

function sums({ sample, sampleType }: Profile): bigint[] {
  return sampleType.map((_, type) =>
    sample.reduce((sum, { value }) => sum + (value[type] ?? 0n), 0n),
  );
}

function labelNames({ sample, stringTable }: Profile): string[] {
  const names = sample.flatMap(({ label }) =>
    label.map(({ key }) => stringTable[Number(key)] ?? ''),
  );
  return [...new Set(names)].sort();
}
