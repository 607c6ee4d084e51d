import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bundle, id, malware, report } from '../testing/bundles.ts';
import { BundleError, type BundleLimits, createBundleParser } from './bundle-parser.ts';

const LIMITS: BundleLimits = {
  maxElements: 5,
  elementMaxBytes: 1_000,
  maxReferences: 50,
  maxDepth: 6,
};

/** Everything that a parser gives for `text`, cut into pieces of `pieceBytes`. */
function parse(text: string, pieceBytes = text.length, limits = LIMITS) {
  const parser = createBundleParser(limits);
  const bytes = new TextEncoder().encode(text);
  const parsed = [];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    parser.write(bytes.subarray(from, from + pieceBytes));
    parsed.push(...parser.takeParsed());
  }
  parser.end();
  return parsed;
}

describe('cut anywhere, a bundle is the same', () => {
  const references = [id('malware', 1), id('malware', 2)];
  const text = bundle([
    malware(1, { name: 'Grüße, 世界 🔥 "quoted" \\ \u0007' }),
    report(references),
    3,
    malware(2, { nested: { deep: [1, 2.5e3, null, true] } }),
  ]);
  const { object_refs: _, ...bareReport } = report(references);
  for (const pieceBytes of [1, 2, 3, 5, 7, 64, 1_000]) {
    test(`into pieces of ${pieceBytes}`, () => {
      assert.deepEqual(parse(text, pieceBytes), [
        { index: 0, value: JSON.parse(text).objects[0], references: [] },
        { index: 1, value: { ...bareReport, object_refs: [] }, references },
        { index: 2, value: 3, references: [] },
        { index: 3, value: JSON.parse(text).objects[3], references: [] },
      ]);
    });
  }
});

describe('a body that is no bundle', () => {
  const cases: readonly [body: string, status: number, reason: RegExp][] = [
    ['', 400, /empty/],
    ['{', 400, /not JSON/],
    ['{"type":"bundle","objects":[', 400, /not JSON/],
    ['{"type":"bundle","objects":[{"a":1}', 400, /not JSON/],
    ['{"type":"bundle","objects":[1]}}', 400, /not JSON/],
    ['{"type":"bundle","objects":[1]} {}', 400, /not JSON/],
    ['{"type":"bundle","objects":[1,]}', 400, /not JSON/],
    ['{"type":"bundle","objects":[tru]}', 400, /not JSON/],
    ['\u0000', 400, /not JSON/],
    ['[]', 422, /"bundle", not undefined/],
    ['7', 422, /"bundle", not undefined/],
    ['{"type":"report","objects":[]}', 422, /"bundle", not "report"/],
    ['{"type":"bundle"}', 422, /"objects"/],
    ['{"type":"bundle","objects":7}', 422, /"objects"/],
    ['{"type":"bundle","objects":{}}', 422, /"objects"/],
    ['{"type":"bundle","objects":{"a":1}}', 400, /"objects" must be a list/],
    ['["objects",[1]]', 422, /"bundle", not undefined/],
  ];
  for (const [body, status, reason] of cases) {
    for (const pieceBytes of [1, 1_000]) {
      test(`${JSON.stringify(body)} in pieces of ${pieceBytes}`, () => {
        assert.throws(
          () => parse(body, pieceBytes),
          (error) =>
            error instanceof BundleError && error.status === status && reason.test(error.message),
        );
      });
    }
  }
});

describe('too much of anything is refused while it arrives', () => {
  const element = (bytes: number): string => JSON.stringify({ text: 'x'.repeat(bytes) });
  const list = (...objects: readonly string[]): string =>
    `{"type":"bundle","objects":[${objects.join(',')}`;
  const cases: readonly [what: string, start: string, reason: RegExp][] = [
    ['elements', list('1', '2', '3', '4', '5', '{}'), /more than 5 elements/],
    ['one long string', list('1', element(1_000)), /longer than 1000 bytes/],
    ['fields of an element', list(`{${'"a":1,'.repeat(200)}`), /element 0 has more than 1000/],
    ['a string that does not end', list(`"${'x'.repeat(2_000)}`), /longer than 1000 bytes/],
    ['a string outside of elements', `{"type":"${'x'.repeat(2_000)}`, /longer than 1000 bytes/],
    ['white space', `{${' '.repeat(2_000)}`, /longer than 1000 bytes/],
    ['depth', list('[[[[['), /nested deeper than 6/],
    ['references', list(`{"object_refs":[${'"a",'.repeat(51)}`), /more than 50 object_refs/],
    [
      'something long among references',
      list(`{"object_refs":[{${'"a":1,'.repeat(200)}`),
      /more than 1000 bytes/,
    ],
    [
      'references in the wrong place',
      list(`["object_refs",[${'1,'.repeat(600)}`),
      /more than 1000 bytes/,
    ],
  ];
  for (const [what, start, reason] of cases) {
    test(what, () => {
      const parser = createBundleParser(LIMITS);
      assert.throws(
        () => {
          for (const byte of new TextEncoder().encode(start)) parser.write(Uint8Array.of(byte));
        },
        (error) => error instanceof BundleError && reason.test(error.message),
      );
    });
  }
});

test('references do not count as bytes of their element', () => {
  const references = Array.from({ length: 50 }, (_, i) => id('malware', i));
  const [parsed] = parse(bundle([report(references)]), 10);
  assert.deepEqual(parsed?.references, references);
});

test('white space around and a byte order mark are no part of a bundle', () => {
  assert.equal(parse(`\ufeff \n${bundle([malware(1)])}\r\n `, 3).length, 1);
});

test('a key of the prototype is a key like any other', () => {
  const [parsed] = parse('{"type":"bundle","objects":[{"__proto__":{"x":1}}]}');
  assert.deepEqual(Object.getOwnPropertyNames(parsed?.value), ['__proto__']);
});
