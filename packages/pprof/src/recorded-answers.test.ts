import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  encodeFlameGraph,
  foldStacks,
  framesByName,
  type Profile,
  selfByStack,
} from '@emberscope/profile';
import { sharedFile, sharedMissing } from '@emberscope/test-kit';
import { normalizePprof } from './normalize-pprof.ts';
import { readPprof } from './read-pprof.ts';
import { realProfiles } from './testing/real-profiles.ts';

/**
 * Real profiles that were sent to a real Pyroscope server, and the flame graphs it answered: what
 * is read and normalized here must give the same graphs, without a server.
 */

type Step = {
  rpc?: string;
  message?: { profileTypeID: string; maxNodes?: number };
  expect?: { json?: { flamegraph?: Graph } };
  expectFile?: string;
};
type Graph = { names: string[]; levels: { values: string[] }[]; total?: string; maxSelf?: string };

/**
 * What the server does to these is not this package's work: names of Python get their file in
 * front, and Go stacks that the profiler cut off get their root back.
 */
const NOT_OURS = /pyspy-1|go-truncated-cpu|go-heap.*alloc/;

describe('what a real server answered', { skip: sharedMissing }, () => {
  const profiles = new Map(realProfiles().map(({ path, bytes }) => [path, bytes]));
  for (const { name, steps } of sharedMissing === false ? casesOf('agents') : []) {
    const file = /"(?:file|captured)":"([^"]+\.(?:pb\.gz|body))"/.exec(
      JSON.stringify(steps[0]),
    )?.[1];
    const bytes = profiles.get(file ?? '');
    if (bytes === undefined) continue;
    for (const [i, step] of steps.entries()) {
      const graph = expectedGraph(step);
      const typeId = step.message?.profileTypeID;
      // An empty graph says that nobody asked for what the profile has.
      if (graph === undefined || graph.names.length === 1 || typeId === undefined) continue;
      if (NOT_OURS.test(`${name} ${typeId}`)) continue;
      test(`${name}, ${typeId} (step ${i})`, () => {
        const read = readPprof(bytes, { repairDotnet: name.includes('dotnet') });
        assert.ok(read.ok);
        const maxNodes = step.message?.maxNodes ?? 8192;
        assert.deepEqual(graphOf(normalizePprof(read.profile), typeId, maxNodes), graph);
      });
    }
  }
});

function graphOf(profile: Profile, typeId: string, maxNodes: number): Graph {
  const [, type, unit] = typeId.split(':');
  const index = profile.sampleTypes.findIndex((each) => each.type === type && each.unit === unit);
  assert.notEqual(index, -1, `no sample type ${type}/${unit}`);
  const { stacks, symbols, samples } = profile;
  const self = selfByStack(stacks, samples.stack, samples.values[index]);
  const { tree } = foldStacks(stacks, symbols.locations, self, framesByName(symbols));
  const graph = encodeFlameGraph(tree, maxNodes);
  return {
    names: [...graph.names],
    levels: graph.levels.map((level) => ({ values: Array.from(level, String) })),
    total: String(graph.total),
    maxSelf: String(graph.maxSelf),
  };
}

function casesOf(area: string): { name: string; steps: Step[] }[] {
  return JSON.parse(new TextDecoder().decode(sharedFile(`conformance/cases/${area}.json`))).cases;
}

function expectedGraph(step: Step): Graph | undefined {
  if (step.rpc !== 'querier.v1.QuerierService/SelectMergeStacktraces') return undefined;
  if (step.expectFile === undefined) return step.expect?.json?.flamegraph;
  const file = gunzipSync(sharedFile(`conformance/expected/${step.expectFile}`));
  return JSON.parse(file.toString()).json?.flamegraph;
}
