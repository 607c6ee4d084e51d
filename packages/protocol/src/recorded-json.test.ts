import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DescMethod, fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import { sharedFiles, sharedMissing } from '@emberscope/test-kit';
import { Health } from './gen/grpc/health/v1/health_pb.ts';
import { publishedServices } from './testing/published-files.ts';

/**
 * Every answer that a real Pyroscope server gave in JSON: read without passing over anything
 * unknown, and written the same again.
 */
describe('what a real server answered', { skip: sharedMissing }, () => {
  const answers = recordedAnswers();

  test('there is enough of it', () => {
    assert.ok(answers.size >= 12, `${answers.size} methods`);
    assert.ok([...answers.values()].flat().length > 900);
  });

  for (const [path, recorded] of answers) {
    test(`${path}: ${recorded.length} answers`, () => {
      const { output } = methodAt(path);
      for (const json of recorded) assert.deepEqual(toJson(output, fromJson(output, json)), json);
    });
  }
});

type Case = {
  readonly steps: readonly {
    readonly rpc?: string;
    readonly expect?: { readonly json?: JsonObject & { $pprof?: true; tree?: JsonObject } };
  }[];
};

/** Answers by the path of their method; those that were recorded as something else left out. */
function recordedAnswers(): ReadonlyMap<string, readonly JsonObject[]> {
  const answers = new Map<string, JsonObject[]>();
  for (const { bytes } of sharedFiles('conformance/cases', /\.json$/)) {
    // Where a time stood that differs from run to run, the recording says `<t0+15000ms>`.
    const text = new TextDecoder().decode(bytes).replaceAll(/"<[^"<>]*ms>"/g, '"1"');
    const { cases }: { cases: readonly Case[] } = JSON.parse(text);
    for (const { rpc, expect } of cases.flatMap(({ steps }) => steps)) {
      const json = expect?.json;
      if (rpc === undefined || json === undefined) continue;
      if (json.$pprof === true || json.tree !== undefined || json.pprof !== undefined) continue;
      answers.set(rpc, [...(answers.get(rpc) ?? []), json]);
    }
  }
  return answers;
}

function methodAt(path: string): DescMethod {
  const [typeName = '', name] = path.split('/');
  const service = typeName === Health.typeName ? Health : publishedServices.get(typeName);
  const method = service?.methods.find((method) => method.name === name);
  assert.ok(method !== undefined, `there is no method at ${path}`);
  return method;
}
