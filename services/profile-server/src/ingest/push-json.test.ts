import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import { PushRequestSchema } from '@emberscope/protocol/push';
import { cpuMillisOf } from '@emberscope/test-kit';
import { pushFromJson } from './push-json.ts';

const LONG = Uint8Array.from({ length: 5_000 }, (_, i) => i * 7);

const read = (json: string) => pushFromJson(new TextEncoder().encode(json));
const withProfile = (profile: string, name = 'rawProfile') =>
  `{"series":[{"samples":[{},{"${name}":${JSON.stringify(profile)},"ID":"a"}]},{"samples":[]}]}`;

test('profiles are in their places, long and short', () => {
  const request = create(PushRequestSchema, {
    series: [
      { labels: [{ name: 'a', value: 'b' }], samples: [{ rawProfile: LONG, ID: 'x' }, {}] },
      { samples: [{ rawProfile: LONG.subarray(0, 5) }, { rawProfile: LONG.subarray(1) }] },
    ],
  });
  const again = read(toJsonString(PushRequestSchema, request));
  assert.deepEqual(toBinary(PushRequestSchema, again), toBinary(PushRequestSchema, request));
});

describe('base64 is read as generated code reads it', () => {
  const plain = Buffer.from(LONG).toString('base64');
  const cases: readonly (readonly [shows: string, text: string])[] = [
    ['without padding', plain.replaceAll('=', '')],
    ['of URLs', Buffer.from(LONG).toString('base64url')],
    ['in lines', plain.replaceAll(/(.{76})/g, '$1\r\n')],
    ['cut off by one', Buffer.from(LONG.subarray(0, 4_999)).toString('base64')],
    ['cut off by two', Buffer.from(LONG.subarray(0, 4_998)).toString('base64')],
  ];
  for (const [shows, text] of cases) {
    for (const name of ['rawProfile', 'raw_profile']) {
      test(`${shows}, ${name}`, () => {
        const json = withProfile(text, name);
        const wanted = fromJsonString(PushRequestSchema, json);
        assert.ok((wanted.series[0]?.samples[1]?.rawProfile.length ?? 0) > 4_000);
        assert.deepEqual(
          toBinary(PushRequestSchema, read(json)),
          toBinary(PushRequestSchema, wanted),
        );
      });
    }
  }
  for (const bad of [`${plain}!`, `!${plain}`, `${plain.slice(0, 4_001)}`, `${plain}A`, '!!!']) {
    test(`or refused: …${bad.slice(-5)}, ${bad.length} characters`, () => {
      assert.throws(() => read(withProfile(bad)), /base64/);
    });
  }
});

test('what is no Push is refused', () => {
  for (const json of [
    '',
    '[]',
    '{"series":1}',
    '{"series":[null]}',
    '{"series":[{"samples":{}}]}',
  ]) {
    assert.throws(() => read(json));
  }
});

test('20 MB take no second', () => {
  const json = new TextEncoder().encode(withProfile('A'.repeat(20_000_000)));
  assert.ok(cpuMillisOf(() => void pushFromJson(json)) < 400);
});
