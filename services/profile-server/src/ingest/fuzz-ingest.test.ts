import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { writeTree, writeTrie } from '@emberscope/formats';
import { type IngestParams, parseIngestParams, pprofSeries } from '@emberscope/ingest';
import { PprofMemory } from '@emberscope/pprof';
import { foldStacks, framesByName, profileFromText, selfByStack } from '@emberscope/profile';
import { PushRequestSchema } from '@emberscope/protocol/push';
import {
  fixtureFiles,
  fuzzParser,
  fuzzRuns,
  PARSER_RUNS,
  type ParseOutcome,
  reasonOf,
  sharedFiles,
  sharedMissing,
} from '@emberscope/test-kit';
import { unixNanos } from '@emberscope/units';
import { ingestLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import { readMultipart } from './multipart.ts';
import { prepareIngest } from './prepare-ingest.ts';
import { preparePush } from './prepare-push.ts';
import type { PushedProfile } from './pushed-profile.ts';
import { readPush } from './read-push.ts';

/*
 * Whatever arrives at an ingest thread, damaged: the parsers of all formats with what is around them,
 * as the thread calls them.
 */

const NOW_MILLIS = 1_700_000_000_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Of any time: outside of the window they would be refused before anything else is looked at. */
const limits = {
  ...ingestLimits(settingsOf({})),
  rejectOlderThanMillis: 0,
  rejectNewerThanMillis: 0,
};
const memory = new PprofMemory();

/** In gzip. Larger ones take longer and are no better seeds: every field is in a small one, too. */
const SEED_MAX_BYTES = 2_000;

function reasonOfAll(profiles: readonly PushedProfile[]): ParseOutcome {
  const refused = profiles.flatMap(({ outcome }) =>
    outcome.kind === 'refused' ? [outcome.refusal.reason] : [],
  );
  return refused.find((reason) => reason === '') ?? refused[0];
}

function paramsOf(query: string, contentType = ''): IngestParams {
  const parsed = parseIngestParams(
    new URLSearchParams(`name=shop&${query}`),
    contentType,
    unixNanos(BigInt(NOW_MILLIS) * 1_000_000n),
  );
  assert.ok(parsed.ok);
  return parsed.params;
}

function ingestOf(query: string, contentType = '') {
  const params = paramsOf(query, contentType);
  return async (body: Uint8Array): Promise<ParseOutcome> => {
    const ingest = await prepareIngest(params, contentType, body, limits, NOW_MILLIS, memory);
    return ingest.kind === 'profiles' ? reasonOfAll(ingest.profiles) : ingest.reason;
  };
}

function pushOf(encoding: 'proto' | 'json', isGzip: boolean) {
  return (bytes: Uint8Array): ParseOutcome => {
    const read = readPush({ bytes, encoding, isGzip }, MAX_BYTES);
    if (read.kind === 'too-large') return `${read.limitBytes}`;
    if (read.kind === 'malformed') return read.reason;
    return reasonOfAll([...preparePush(read.series, limits, NOW_MILLIS, memory)]);
  };
}

const pprofs = [
  ...fixtureFiles(/agents\/.*\.pb\.gz$/),
  ...sharedFiles('conformance/inputs/pprof', /\.pb\.gz$/),
]
  .map(({ bytes }) => bytes)
  .filter(({ length }) => length <= SEED_MAX_BYTES);
const plainPprofs = pprofs.map((bytes) => Uint8Array.from(gunzipSync(bytes)));
const forms = fixtureFiles(/agents\/.*\.body$/).map(({ bytes }) => bytes);
const configs = sharedFiles('conformance/inputs/pprof', /\.st\.json$/).map(({ bytes }) => bytes);

const TEXT = 'main;serve;json 3\nmain;serve;gzip 1\nmain 200\nmain;idle 12345678901';
const folded = [Buffer.from(TEXT.replaceAll('\n', '\r\n\n'))];
const drawn = profileFromText(TEXT);
const [values] = drawn.samples.values;
assert.ok(values);
const selfByRow = selfByStack(drawn.stacks, drawn.samples.stack, values);
const { tree } = foldStacks(
  drawn.stacks,
  drawn.symbols.locations,
  selfByRow,
  framesByName(drawn.symbols),
);

const push = create(PushRequestSchema, {
  series: plainPprofs.slice(0, 2).map((rawProfile) => ({
    labels: [
      { name: '__name__', value: 'process_cpu' },
      { name: 'service_name', value: 'shop' },
    ],
    samples: [{ ID: 'dcf0e1e2-6f2e-4d1f-8a37-1f3cd86dd5a0', rawProfile }],
  })),
});

function formOf(bytes: Uint8Array): string {
  const end = Buffer.from(bytes).indexOf('\r\n');
  return `multipart/form-data; boundary=${Buffer.from(bytes.subarray(2, end)).toString()}`;
}

/** Nearly all damage of gzip ends there, and what is in it is damaged by itself. */
const ZIPPED = fuzzRuns(500, 100_000);

type Fuzzed = {
  readonly shows: string;
  readonly runs?: typeof PARSER_RUNS;
  readonly inputs: readonly Uint8Array[];
  readonly parse: (bytes: Uint8Array) => ParseOutcome | Promise<ParseOutcome>;
};

const parsers: readonly Fuzzed[] = [
  { shows: 'pprof', inputs: plainPprofs, parse: ingestOf('format=pprof') },
  { shows: 'pprof in gzip', runs: ZIPPED, inputs: pprofs, parse: ingestOf('format=pprof') },
  {
    shows: 'pprof of py-spy',
    inputs: plainPprofs,
    parse: ingestOf('format=pprof&spyName=pyspy'),
  },
  { shows: 'groups', inputs: folded, parse: ingestOf('name=shop') },
  { shows: 'lines', inputs: folded, parse: ingestOf('format=lines') },
  { shows: 'trie', inputs: [writeTrie(tree)], parse: ingestOf('format=trie') },
  { shows: 'tree', inputs: [writeTree(tree)], parse: ingestOf('format=tree') },
  {
    shows: 'Push as protobuf',
    inputs: [toBinary(PushRequestSchema, push)],
    parse: pushOf('proto', false),
  },
  {
    shows: 'Push as JSON',
    inputs: [Buffer.from(toJsonString(PushRequestSchema, push))],
    parse: pushOf('json', false),
  },
  {
    shows: 'Push in gzip',
    runs: ZIPPED,
    inputs: [gzipSync(toBinary(PushRequestSchema, push))],
    parse: pushOf('proto', true),
  },
];

describe('damaged inputs of an ingest thread are answered', () => {
  for (const { shows, inputs, parse, runs } of parsers) {
    test(shows, () => fuzzParser(inputs, parse, runs));
  }
  test('forms of pprof, by what each of them says its boundary is', async () => {
    const numRuns = Math.ceil(PARSER_RUNS.numRuns / forms.length);
    for (const form of forms) {
      await fuzzParser([form], ingestOf('spyName=nodespy', formOf(form)), { numRuns });
    }
  });
  test('settings of sample types', { skip: sharedMissing }, async () => {
    const [profile] = plainPprofs;
    assert.ok(profile !== undefined);
    const params = paramsOf('');
    const parse = (sampleTypeConfig: Uint8Array) =>
      reasonOf(pprofSeries(params, { profile, sampleTypeConfig }, limits.pprof, memory));
    await fuzzParser(configs, parse);
  });
  test('Java recordings, as an agent sends them', { skip: sharedMissing }, async () => {
    const [form] = sharedFiles('conformance/inputs/agents/java-2.1.2', /jfr-1\.multipart\.body$/);
    assert.ok(form !== undefined);
    // packages/jfr damages recordings much more often, small ones.
    const runs = fuzzRuns(200, 20_000);
    const ofForm = ingestOf('format=jfr&spyName=javaspy', formOf(form.bytes));
    await fuzzParser([form.bytes], ofForm, runs);
    const read = await readMultipart(form.bytes, formOf(form.bytes));
    const recording = read.ok ? read.files.get('jfr') : undefined;
    assert.ok(recording !== undefined);
    const plain = recording[0] === 0x1f ? Uint8Array.from(gunzipSync(recording)) : recording;
    await fuzzParser([plain], ingestOf('format=jfr&spyName=javaspy'), runs);
  });
  test('speedscope', { skip: sharedMissing }, async () => {
    const files = sharedFiles('conformance/inputs/speedscope', /\.json$/).map(({ bytes }) => bytes);
    await fuzzParser(files, ingestOf('format=speedscope'));
  });
});
