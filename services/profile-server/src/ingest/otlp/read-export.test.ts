import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toJsonString } from '@bufbuild/protobuf';
import { ExportProfilesServiceRequestSchema } from '@emberscope/protocol/otlp/profiles-service';
import {
  fuzzParser,
  fuzzRuns,
  PARSER_RUNS,
  type ParseOutcome,
  sharedFile,
  sharedMissing,
} from '@emberscope/test-kit';
import { ingestLimits } from '../../settings.ts';
import { settingsOf } from '../../testing/running-server.ts';
import { countJsonParts } from './count-json-parts.ts';
import { countParts } from './count-parts.ts';
import { exportOfMessage } from './otlp-export.ts';
import { prepareExport } from './prepare-export.ts';
import { type ExportMessage, readExport } from './read-export.ts';
import { plainExport } from './testing/plain-export.ts';
import { exportBytes, exportOf, smallExport } from './testing/small-export.ts';

const MAX_BYTES = 1024 * 1024;
const limits = ingestLimits(settingsOf({}));
const asJson = (text: string): ExportMessage => ({
  bytes: Buffer.from(text),
  encoding: 'json',
  isGzip: false,
});

/** Reads and prepares. */
function takeIn(message: ExportMessage): ParseOutcome {
  const read = readExport(message, MAX_BYTES);
  if (read.kind === 'too-large') return `${read.limitBytes}`;
  if (read.kind !== 'read') return read.reason;
  const prepared = prepareExport(read.request, limits, Date.now());
  if (prepared.kind === 'unconvertible') return prepared.reason;
  // Each is read when it is asked for.
  return [...prepared.profiles].length > MAX_BYTES ? 'too many' : undefined;
}

test('an export is the same in protobuf and in JSON, gzip or not', () => {
  const wanted = exportOf(smallExport());
  const proto = exportBytes(smallExport());
  const json = Buffer.from(toJsonString(ExportProfilesServiceRequestSchema, wanted));
  for (const [encoding, bytes] of [
    ['proto', proto],
    ['json', json],
  ] as const) {
    for (const isGzip of [false, true]) {
      const sent = isGzip ? gzipSync(bytes) : bytes;
      const read = readExport({ bytes: sent, encoding, isGzip }, MAX_BYTES);
      assert.ok(read.kind === 'read');
      assert.deepEqual(plainExport(read.request), plainExport(exportOfMessage(wanted)));
    }
  }
});

test('JSON is read strictly', () => {
  for (const text of ['', '{bad', '[]', '{"unknown":1}', '{"resourceProfiles":{}}', '\xff']) {
    assert.equal(readExport(asJson(text), MAX_BYTES).kind, 'malformed', text);
  }
  assert.equal(readExport(asJson('{"resource_profiles":[]}'), MAX_BYTES).kind, 'read');
});

test('a string that is not UTF-8 is refused', () => {
  // Of resource profiles, the address of a schema.
  const bytes = Uint8Array.of(0x0a, 0x03, 0x1a, 0x01, 0xff);
  const read = readExport({ bytes, encoding: 'proto', isGzip: false }, MAX_BYTES);
  assert.equal(read.kind, 'malformed');
});

test('a bomb is refused at the limit, and what is not gzip for what it is', () => {
  const bomb = gzipSync(Buffer.alloc(MAX_BYTES + 1));
  assert.deepEqual(readExport({ bytes: bomb, encoding: 'proto', isGzip: true }, MAX_BYTES), {
    kind: 'too-large',
    limitBytes: MAX_BYTES,
  });
  const plain = { bytes: Buffer.from('{}'), encoding: 'json', isGzip: true } as const;
  assert.equal(readExport(plain, MAX_BYTES).kind, 'not-gzip');
});

test('millions of empty messages, fields or elements are refused before they are decoded', () => {
  const empty = Buffer.alloc(6_000_000, Uint8Array.of(0x0a, 0));
  // A dictionary with one stack of eight million locations.
  const packed = Buffer.concat([
    Uint8Array.of(
      0x12,
      0x8a,
      0xa4,
      0xe8,
      0x03,
      0x3a,
      0x85,
      0xa4,
      0xe8,
      0x03,
      0x0a,
      0x80,
      0xa4,
      0xe8,
      0x03,
    ),
    Buffer.alloc(8_000_000),
  ]);
  for (const bytes of [empty, packed]) {
    const read = readExport({ bytes, encoding: 'proto', isGzip: false }, bytes.length);
    assert.ok(read.kind === 'malformed');
    assert.match(read.reason, /more than 1000000 parts in one export .*, limit: 1000000/);
  }
  const read = readExport(asJson(`{"resourceProfiles":[${'{},'.repeat(500_000)}{}]}`), 1e9);
  assert.ok(read.kind === 'malformed');
  assert.match(read.reason, /more than 700000 parts .*, limit: 700000/);
});

test('text that is long whatever is in it is refused unread', () => {
  const read = readExport(
    { bytes: Buffer.alloc(33_554_433), encoding: 'json', isGzip: false },
    1e9,
  );
  assert.ok(read.kind === 'malformed');
  assert.match(read.reason, /33554433 bytes of JSON in one export, limit: 33554432/);
});

describe('what honest clients send at once is read', () => {
  /** Every stack and every sample the same: what counts is how many. */
  function largeExport(sampleCount: number, stackCount: number, depth: number) {
    const stack = field(0x3a, field(0x0a, repeated([0x81, 0x08], depth)));
    // Its stack, an attribute, a value and a timestamp.
    const cells = [0x08, 1, 0x12, 1, 1, 0x22, 1, 1, ...field(0x2a, Buffer.alloc(8, 1))];
    const sample = field(0x12, Uint8Array.from(cells));
    const profile = field(0x12, repeated(sample, sampleCount));
    return Buffer.concat([
      field(0x12, repeated(stack, stackCount)),
      field(0x0a, field(0x12, profile)),
    ]);
  }

  for (const [title, sampleCount, stackCount, depth] of [
    ['the most samples of a profile, each a stack of its own, 100 deep', 16_000, 16_000, 100],
    ['a collector that puts four hosts of 128 cores together', 4 * 12_800, 4 * 6_000, 35],
  ] as const) {
    test(title, () => {
      const bytes = largeExport(sampleCount, stackCount, depth);
      const read = readExport({ bytes, encoding: 'proto', isGzip: false }, bytes.length);
      assert.ok(read.kind === 'read', read.kind === 'malformed' ? read.reason : read.kind);
      assert.equal(read.request.dictionary?.stackTable.length, stackCount);
      const [profile] = read.request.resourceProfiles[0]?.scopeProfiles[0]?.profiles ?? [];
      assert.equal(profile?.samples.length, sampleCount);
    });
  }

  test('in JSON', () => {
    // A tenth of the first above.
    const stack = `{"locationIndices":[${'1025,'.repeat(99)}1025]},`;
    const tables = `{"dictionary":{"stackTable":[${stack.repeat(1_599)}{}]}}`;
    const parts = countJsonParts(Buffer.from(tables), 1e9);
    // Braces, brackets, colons, commas between stacks, and 99 commas before numbers in each.
    assert.equal(parts, 5 + 1_599 * (4 + 99 / 4) + 1);
    const sample =
      '{"stackIndex":1,"attributeIndices":[1],"values":["1"],"timestampsUnixNano":["1"]},';
    const samples = countJsonParts(Buffer.from(sample.repeat(1_600)), 1e9);
    assert.ok(10 * (parts + samples) < 700_000, `${parts} + ${samples}`);
  });
});

test('the parts of a message in JSON are its marks, and a quarter for each number of a list', () => {
  const count = (text: string, most = 100) => countJsonParts(Buffer.from(text), most);
  assert.equal(count(''), 0);
  assert.equal(count('[1,2,-3]'), 1.5);
  assert.equal(count('[1, 2,\n\t-3]'), 1.5);
  assert.equal(count('{"a":1,"b":["1","2"]}'), 6);
  assert.equal(count('[{},{}]'), 4);
  assert.equal(count('[[[[[[', 3), 4);
});

test('the parts of a message are its fields and the elements of its lists', () => {
  const schema = ExportProfilesServiceRequestSchema;
  assert.equal(countParts(schema, new Uint8Array(), 10), 0);
  assert.equal(countParts(schema, Uint8Array.of(0x0a, 0, 0x0a, 0), 10), 2);
  assert.equal(countParts(schema, Uint8Array.of(0x12, 2, 0x2a, 0), 10), 2);
  // One stack of eight locations, of which four bytes count as one.
  const stack = [0x12, 12, 0x3a, 10, 0x0a, 8, 1, 1, 1, 1, 1, 1, 1, 1];
  assert.equal(countParts(schema, Uint8Array.from(stack), 10), 5);
  // A link: its two ids are arrays of their own, though nothing is said of them.
  assert.equal(countParts(schema, Uint8Array.of(0x12, 2, 0x22, 0), 10), 4);
  // The same of numbers of two bytes each.
  const longer = [0x12, 12, 0x3a, 10, 0x0a, 8, 0x81, 1, 0x81, 1, 0x81, 1, 0x81, 1];
  assert.equal(countParts(schema, Uint8Array.from(longer), 10), 4);
  assert.throws(() => countParts(schema, Uint8Array.of(0x0a, 5, 0x0a), 10), /reaches past byte 3/);
});

test('messages nested without end are refused', () => {
  // A resource whose attribute's value is an array of an array of…
  let value = Buffer.from([]);
  for (let depth = 0; depth < 5_000; depth++) {
    const inner = field(0x0a, value);
    value = field(0x2a, inner);
  }
  const attribute = field(0x0a, field(0x12, value));
  const bytes = field(0x0a, field(0x0a, attribute));
  assert.equal(readExport({ bytes, encoding: 'proto', isGzip: false }, 1e9).kind, 'malformed');
  const json = `{"resourceProfiles":[{"resource":{"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(5_000)}${']}}'.repeat(5_000)}}]}}]}`;
  assert.equal(readExport(asJson(json), 1e9).kind, 'malformed');
});

function repeated(unit: ArrayLike<number>, count: number): Buffer {
  return Buffer.alloc(unit.length * count, Uint8Array.from(unit));
}

function field(tag: number, content: Uint8Array): Buffer<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Uint8Array.from([tag, ...length]), content]);
}

describe('damaged exports get an answer', () => {
  const proto = exportBytes(smallExport());
  const json = Buffer.from(
    toJsonString(ExportProfilesServiceRequestSchema, exportOf(smallExport())),
  );
  const fuzz = (
    bytes: Uint8Array,
    encoding: ExportMessage['encoding'],
    isGzip: boolean,
    runs = PARSER_RUNS,
  ) => fuzzParser([bytes], (damaged) => takeIn({ bytes: damaged, encoding, isGzip }), runs);

  test('in protobuf', () => fuzz(proto, 'proto', false));
  test('in JSON', () => fuzz(json, 'json', false));
  test('in gzip', () => fuzz(gzipSync(proto), 'proto', true, fuzzRuns(500, 100_000)));
  test('a capture of a real profiler', { skip: sharedMissing }, () => {
    const bytes = sharedFile('conformance/inputs/otlp/otel-ebpf-profile.pb.bin');
    return fuzz(bytes, 'proto', false, fuzzRuns(20, 10_000));
  });
});
