import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { create, fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import {
  AdHocProfilesDiffResponseSchema,
  AdHocProfilesGetResponseSchema,
  AdHocProfilesUploadRequestSchema,
} from '@emberscope/protocol/adhoc-profiles';
import { fuzzParser } from '@emberscope/test-kit';
import { encodeAdHocFile } from '../../store/tenant-files/adhoc-bytes.ts';
import { gzippedPprofOf, pprofOf } from '../../testing/drawn-pprof.ts';
import type { AdHocAnswer, AdHocLimits } from './adhoc-call.ts';
import { answerAdHoc } from './answer-adhoc.ts';
import { kindOfFile } from './file-kind.ts';
import { decodeBase64 } from './read-upload.ts';

const LIMITS: AdHocLimits = {
  maxMessageBytes: 1_000_000,
  maxProfileBytes: 100_000,
  query: {
    maxQueryLengthMillis: 0,
    maxQueryLookbackMillis: 0,
    maxFlameGraphNodesDefault: 100,
    maxFlameGraphNodesMax: 1000,
  },
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

function uploadMessage(message: Uint8Array, isGzip = false, encoding: 'proto' | 'json' = 'proto') {
  const random = new Uint8Array(10);
  const question = {
    kind: 'upload',
    message,
    isGzip,
    nowMillis: 1_795_478_400_000,
    random,
  } as const;
  return answerAdHoc({ question, encoding, limits: LIMITS });
}

function refusalOf(answer: AdHocAnswer): string | undefined {
  if (answer.ok) return undefined;
  assert.match(answer.code, /^(unknown|invalid_argument)$/);
  return answer.message;
}

function upload(name: string, content: Uint8Array, maxNodes?: bigint): AdHocAnswer {
  const profile = Buffer.from(content).toString('base64');
  const request = { name, profile, ...(maxNodes !== undefined && { maxNodes }) };
  const message = create(AdHocProfilesUploadRequestSchema, request);
  return uploadMessage(toBinary(AdHocProfilesUploadRequestSchema, message));
}

function shown(answer: AdHocAnswer) {
  assert.ok(answer.ok, answer.ok ? '' : answer.message);
  const { flamebearerProfile, ...rest } = fromBinary(
    AdHocProfilesGetResponseSchema,
    answer.message,
  );
  return { ...rest, graph: JSON.parse(flamebearerProfile) };
}

function refusal(answer: AdHocAnswer): string {
  assert.ok(!answer.ok);
  return `${answer.code}: ${answer.message}`;
}

describe('an upload', () => {
  const flamebearer = {
    flamebearer: {
      names: ['total', 'a'],
      levels: [
        [0, 3, 0, 0],
        [0, 3, 3, 1],
      ],
      numTicks: 3,
    },
    metadata: { format: 'single', name: 'alloc', units: 'bytes', spyName: 'x', sampleRate: 7 },
  };
  const files: readonly [shows: string, name: string, Uint8Array, type: string, names: string][] = [
    ['folded stacks', 'f.txt', bytesOf('a;b 3\n'), 'f.txt', 'total a b'],
    ['the same without an ending', 'f', bytesOf('a;b 3\n'), 'f', 'total a b'],
    [
      'what perf prints',
      'p.txt',
      bytesOf('sh 1 5.5: c:\n  ff m\n\n'.repeat(3)),
      'p.txt',
      'total sh m',
    ],
    ['a flame graph', 'x.json', bytesOf(JSON.stringify(flamebearer)), 'alloc', 'total a'],
    ['the same by its content', 'x', bytesOf(JSON.stringify(flamebearer)), 'alloc', 'total a'],
    ['pprof in gzip', 'x.pb.gz', gzippedPprofOf('a;b 3'), 'cpu', 'total a b'],
    ['pprof, plain, by its content', 'x', pprofOf('a;b 3'), 'cpu', 'total a b'],
  ];
  for (const [shows, name, content, type, names] of files) {
    test(`may be ${shows}, and is shown the same when it is got`, () => {
      const answer = upload(name, content);
      const { profileType, graph, id, uploadedAt } = shown(answer);
      assert.equal(profileType, type);
      assert.equal(graph.flamebearer.names.join(' '), names);
      assert.equal(graph.flamebearer.numTicks, 3);
      assert.match(id, new RegExp(`^[0-9A-Z]{26}-${name}$`));
      assert.equal(uploadedAt, 1_795_478_400_000n);
      assert.ok(answer.ok && answer.kept !== undefined);
      const { file } = answer.kept;
      const question = { kind: 'get', id, file, profileType: 'no', maxNodes: undefined } as const;
      const got = answerAdHoc({ question, encoding: 'proto', limits: LIMITS });
      assert.deepEqual(shown(got), shown(answer));
    });
  }

  test('is answered in JSON as it came', () => {
    const json = '{"name":"a<b>.txt","profile":"YTtiIDMK","unknown":[1,{}]}';
    const answer = uploadMessage(gzipSync(json), true, 'json');
    assert.ok(answer.ok);
    const text = new TextDecoder().decode(answer.message);
    const { name, flamebearerProfile } = fromJsonString(AdHocProfilesGetResponseSchema, text);
    assert.equal(name, 'a<b>.txt');
    assert.match(flamebearerProfile, /"name":"a\\u003cb\\u003e.txt"/);
  });

  test('is cut to the nodes that it asks for', () => {
    const { graph } = shown(upload('f.txt', bytesOf('a 5\nb 3\nc 1\n'), 1n));
    assert.deepEqual(graph.flamebearer.names, ['total', 'other', 'a']);
    assert.match(refusal(upload('f.txt', bytesOf('a 5\n'), 1001n)), /1001 is greater than allowed/);
  });

  const bad: readonly [shows: string, AdHocAnswer, RegExp][] = [
    ['no protobuf', uploadMessage(bytesOf('\xff')), /^invalid_argument: the message cannot be/],
    [
      'no gzip',
      uploadMessage(bytesOf('x'), true),
      /^invalid_argument: the message cannot be gunzipped/,
    ],
    [
      'a bomb',
      uploadMessage(gzipSync(Buffer.alloc(2_000_000)), true),
      /^resource_exhausted: message is larger than configured max 1000000/,
    ],
    [
      'JSON of many values',
      uploadMessage(bytesOf(`{"x":[${'{},'.repeat(20_000)}{}]}`), false, 'json'),
      /^invalid_argument: .*more than 10000 values/,
    ],
    [
      'a large file',
      upload('x.txt', new Uint8Array(100_001)),
      /^invalid_argument: failed to parse profile: a file of 100001 bytes; the limit is 100000/,
    ],
    [
      'pprof that is large inflated',
      upload('x', gzipSync(new Uint8Array(200_000))),
      /^invalid_argument: failed to parse profile: a file of more than 100000 bytes inflated/,
    ],
    [
      'nothing',
      upload('x', bytesOf('')),
      /^unknown: failed to parse profile: profile is too short/,
    ],
    ['garbage', upload('x', Uint8Array.of(0, 1, 2)), /^unknown: failed .* gzip reset/],
    ['a name that no person gave', upload('x'.repeat(1025), bytesOf('a 1')), /limit is 1024/],
    [
      'pprof of no type',
      upload('x.pprof', gzipSync(new Uint8Array(0))),
      /^unknown: failed to parse profile: as pprof: /,
    ],
  ];
  for (const [shows, answer, reason] of bad) {
    test(`is refused when it is ${shows}`, () => assert.match(refusal(answer), reason));
  }
});

describe('a diff', () => {
  const fileOf = (name: string, text: string) =>
    encodeAdHocFile({ name, uploadedAtMillis: 1, content: bytesOf(text) });
  const diffOf = (left: Uint8Array, right: Uint8Array) =>
    answerAdHoc({
      question: {
        ...{ kind: 'diff', leftId: 'l', left, rightId: 'r', right },
        ...{ profileType: undefined, maxNodes: undefined },
      },
      encoding: 'proto',
      limits: LIMITS,
    });

  test('has the types of both sides, and a side that is empty', () => {
    const answer = diffOf(fileOf('a.txt', 'a;b 3\n'), fileOf('a.txt', '\n\n'));
    assert.ok(answer.ok);
    const { profileTypes, flamebearerProfile } = fromBinary(
      AdHocProfilesDiffResponseSchema,
      answer.message,
    );
    assert.deepEqual(profileTypes, ['a.txt']);
    const { leftTicks, rightTicks, metadata } = JSON.parse(flamebearerProfile);
    assert.deepEqual([leftTicks, rightTicks, metadata.format], [3, undefined, 'double']);
  });

  test('of files that cannot be read, or have no common type, is a wrong argument', () => {
    const good = fileOf('a.txt', 'a 1\n');
    assert.match(refusal(diffOf(good, fileOf('b.txt', 'a 1\n'))), /^invalid_argument: no common/);
    const bad = fileOf('a.txt', 'a x\n');
    assert.match(refusal(diffOf(good, bad)), /^invalid_argument: failed to parse the right/);
    assert.match(refusal(diffOf(good, good.subarray(9))), /^internal: the file of r has no header/);
  });
});

test('base64 is what Go takes for it', () => {
  const texts = ['', 'YQ==', 'YWI=', 'YWJj', 'YW\r\nJj\n'];
  for (const text of texts) assert.ok(decodeBase64(text).bytes !== undefined, text);
  const bad = ['Y', 'YQ', 'YQ=', 'YQ===', 'Y=Q=', '!!!', 'YW-_', '====', 'YWJj='];
  for (const text of bad) assert.equal(decodeBase64(text).bytes, undefined, text);
  assert.deepEqual(decodeBase64('!!!'), { bytes: undefined, badAt: 0 });
});

test('a name says what a file is before its content does', () => {
  assert.equal(kindOfFile('a.json', bytesOf('a 1')), 'json');
  assert.equal(kindOfFile('a.PPROF', bytesOf('a 1')), 'pprof');
  assert.equal(kindOfFile('dir.json/a', bytesOf('a 1')), 'collapsed');
});

describe('any bytes are shown or refused', () => {
  const seeds: readonly (readonly [string, Uint8Array])[] = [
    ['x.pprof', pprofOf('main;serve;json 30\nmain;idle 4')],
    ['x.txt', bytesOf('main;serve 3\nmain;idle 4\n')],
    [
      'x.json',
      bytesOf(
        '{"flamebearer":{"names":["total"],"levels":[[0,1,1,0]]},"metadata":{"format":"single"}}',
      ),
    ],
  ];
  for (const [name, content] of seeds) {
    test(name, () => fuzzParser([content], (bytes) => refusalOf(upload(name, bytes))));
  }
  test('as a message', async () => {
    const message = create(AdHocProfilesUploadRequestSchema, { name: 'a.txt', profile: 'YSAx' });
    const binary = toBinary(AdHocProfilesUploadRequestSchema, message);
    const json = bytesOf(toJsonString(AdHocProfilesUploadRequestSchema, message));
    await fuzzParser([binary], (bytes) => refusalOf(uploadMessage(bytes)));
    await fuzzParser([json], (bytes) => refusalOf(uploadMessage(bytes, false, 'json')));
  });
});
