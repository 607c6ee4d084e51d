import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unixNanos } from '@emberscope/units';
import { profileFromText, textFromProfile } from './drawn-profile.ts';
import { mergeProfiles } from './merge-profiles.ts';
import type { Profile } from './profile.ts';
import type { ProfileHeader } from './profile-builder.ts';

function merged(...profiles: Profile[]): Profile {
  const result = mergeProfiles(profiles);
  assert.ok(result.ok);
  return result.profile;
}

test('equal stacks are added up, whatever their rows were', () => {
  assert.deepEqual(
    textFromProfile(
      merged(
        profileFromText('b 1\na;b@x.ts:3 2\n0x10 1'),
        profileFromText('a;b@x.ts:3 5\nc 1\n0x10 2'),
      ),
    ),
    ['b 1', 'a;b@x.ts:3 7', '0x10 3', 'c 1'],
  );
});

test('stacks that differ in a line, a file or a label stay apart', () => {
  const drawn = ['f@x.ts:3 1', 'f@x.ts:4 1', 'f@y.ts:3 1', 'f@x.ts:3 1 {route="/a"}'];
  const profile = merged(profileFromText(drawn.join('\n')), profileFromText(drawn.join('\n')));
  assert.deepEqual(
    textFromProfile(profile),
    drawn.map((line) => line.replace(' 1', ' 2')),
  );
});

test('the order of labels does not count', () => {
  const profile = merged(
    profileFromText('a 1 {x="1", n=2kb, n=1kb, y="2", x="0"}'),
    profileFromText('a 2 {y="2", n=1kb, x="0", x="1", n=2kb}\na 4 {y="2", n=1kb, x="0", x="1"}'),
  );
  assert.deepEqual(
    profile.samples.values.map((column) => [...column]),
    [[3, 4]],
  );
});

test('equal samples of one profile become one', () => {
  assert.deepEqual(textFromProfile(merged(profileFromText('a 1\nb 1\na 2'))), ['a 3', 'b 1']);
});

test('every sample type is added up, past 2^53 exactly', () => {
  const header: ProfileHeader = {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
  };
  const large = 2n ** 60n;
  const profile = merged(
    profileFromText(`a 1 ${large}`, header),
    profileFromText(`a 2 ${large + 1n}`, header),
  );
  assert.deepEqual(textFromProfile(profile), [`a 3 ${2n * large + 1n}`]);
});

test('time is the earliest known, durations add up, the period is the largest', () => {
  const at = (time: bigint, durationNanos: bigint, period: bigint) =>
    profileFromText('a 1', { timeNanos: unixNanos(time), durationNanos, period });
  const profile = merged(at(0n, 1n, 5n), at(30n, 2n, 7n), at(20n, 4n, 6n));
  assert.equal(profile.timeNanos, 20n);
  assert.equal(profile.durationNanos, 7n);
  assert.equal(profile.period, 7n);
});

describe('what does not merge is an answer', () => {
  const cpu = profileFromText('a 1', { sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }] });
  const cases: readonly [shows: string, profiles: Profile[], reason: RegExp][] = [
    ['nothing', [], /no profiles/],
    [
      'other sample types',
      [profileFromText('a 1'), cpu],
      /"samples\/count" and "cpu\/nanoseconds"/,
    ],
    [
      'other period types',
      [cpu, { ...cpu, periodType: { type: 'wall', unit: 'nanoseconds' } }],
      /"" and "wall\/nanoseconds"/,
    ],
  ];
  for (const [shows, profiles, reason] of cases) {
    test(shows, () => {
      const result = mergeProfiles(profiles);
      assert.ok(!result.ok);
      assert.match(result.reason, reason);
    });
  }
});
