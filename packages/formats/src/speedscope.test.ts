import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profileFromText, textFromProfile } from '@emberscope/profile';
import {
  cpuMillisOf,
  fuzzParser,
  fuzzRuns,
  reasonOf,
  sharedFiles,
  sharedMissing,
} from '@emberscope/test-kit';
import fc from 'fast-check';
import { readSpeedscope } from './read-speedscope.ts';
import { SPEEDSCOPE_SCHEMA } from './speedscope-file.ts';
import { refusal } from './testing/draw-profile.ts';
import { writeSpeedscope } from './write-speedscope.ts';

const FRAMES = [{ name: 'a' }, { name: 'b', file: 'b.ts', line: 3 }, { name: 'c' }];

function file(...profiles: readonly object[]): Uint8Array {
  const whole = { $schema: SPEEDSCOPE_SCHEMA, shared: { frames: FRAMES }, profiles };
  return new TextEncoder().encode(JSON.stringify(whole));
}

function draw(bytes: Uint8Array): string[] {
  const read = readSpeedscope(bytes);
  assert.ok(read.ok, read.ok ? '' : read.reason);
  return read.profiles.flatMap(({ name, profile }) => [
    `${name}: ${profile.sampleTypes.map(({ type, unit }) => `${type}/${unit}`).join()}`,
    ...textFromProfile(profile).sort(),
  ]);
}

const sampled = { type: 'sampled', name: 'p', unit: 'none', startValue: 0, endValue: 10 };
const evented = { type: 'evented', name: 'p', unit: 'seconds', startValue: 0, endValue: 10 };

test('a sampled profile: weights of equal stacks add up', () => {
  const profile = {
    ...sampled,
    samples: [
      [0, 1],
      [0, 2],
      [0, 1],
    ],
    weights: [1, 2, 4],
  };
  assert.deepEqual(draw(file(profile)), ['p: samples/count', 'a;b@b.ts:3:3 5', 'a;c 2']);
});

test('an evented profile: what was open between two events', () => {
  const events = [
    { type: 'O', frame: 0, at: 0 },
    { type: 'O', frame: 1, at: 2 },
    { type: 'C', frame: 1, at: 5 },
    { type: 'C', frame: 0, at: 10.5 },
  ];
  assert.deepEqual(draw(file({ ...evented, events })), [
    'p: time/nanoseconds',
    'a 7500000000',
    'a;b@b.ts:3:3 3000000000',
  ]);
});

describe('a small file makes no large profile', () => {
  test('many events on a deep stack', { timeout: 20_000 }, () => {
    const events = Array.from({ length: 20_000 }, (_, at) => ({ type: 'O', frame: 0, at }));
    const blinks = Array.from({ length: 20_000 }, (_, i) => [
      { type: 'O', frame: 1, at: 20_000 + i },
      { type: 'C', frame: 1, at: 20_000 + i },
    ]);
    const bytes = file({ ...evented, events: [...events, ...blinks.flat()] });
    const cpuMillis = cpuMillisOf(() => {
      const read = readSpeedscope(bytes);
      assert.ok(read.ok);
      assert.equal(read.profiles[0].profile.stacks.length, 20_001);
    });
    assert.ok(cpuMillis < 2000, `${cpuMillis} ms`);
  });
  test('many profiles beside many frames', { timeout: 20_000 }, () => {
    const frames = Array.from({ length: 3000 }, (_, i) => ({ name: `${i}` }));
    const profiles = frames.map(({ name }) => ({ ...sampled, name, samples: [[0]], weights: [1] }));
    const whole = { $schema: SPEEDSCOPE_SCHEMA, shared: { frames }, profiles };
    const bytes = new TextEncoder().encode(JSON.stringify(whole));
    const cpuMillis = cpuMillisOf(() => {
      const read = readSpeedscope(bytes);
      assert.ok(read.ok);
      assert.equal(read.profiles[2999].profile.symbols.functions.length, 1);
    });
    assert.ok(cpuMillis < 2000, `${cpuMillis} ms`);
  });
});

test('several profiles keep their names, and times are nanoseconds', () => {
  const one = { ...sampled, unit: 'milliseconds', name: 'one', samples: [[0]], weights: [1.5] };
  const two = { ...sampled, unit: 'bytes', name: 'two', samples: [[0]], weights: [512] };
  assert.deepEqual(draw(file(one, two)), [
    'one: time/nanoseconds',
    'a 1500000',
    'two: space/bytes',
    'a 512',
  ]);
});

describe('what is not speedscope is an answer', () => {
  const cases: readonly [shows: string, bytes: Uint8Array, reason: RegExp][] = [
    [
      'another schema',
      new TextEncoder().encode('{"$schema":"x","profiles":[]}'),
      /^Unknown schema: x$/,
    ],
    ['no JSON', new TextEncoder().encode('{'), /^not JSON: /],
    ['a list', new TextEncoder().encode('[]'), /the file is not an object/],
    [
      'samples without weights',
      file({ ...sampled, samples: [[0], [1]], weights: [1] }),
      /^Unequal lengths of samples and weights: 2 != 1$/,
    ],
    [
      'a frame that is not there',
      file({ ...sampled, samples: [[9]], weights: [1] }),
      /^Invalid frame 9$/,
    ],
    ['half a frame', file({ ...sampled, samples: [[0.5]], weights: [1] }), /^Invalid frame 0.5$/],
    [
      'a negative weight',
      file({ ...sampled, samples: [[0]], weights: [-1] }),
      /^Negative weight -1.000000$/,
    ],
    [
      'a weight that is text',
      file({ ...sampled, samples: [[0]], weights: ['1'] }),
      /weights\[0\] is not a number: "1"/,
    ],
    [
      'another type',
      file({ type: 'strange', name: 'p', unit: 'none' }),
      /^Profile type strange not supported$/,
    ],
    [
      'another unit',
      file({ ...sampled, unit: 'miles', samples: [], weights: [] }),
      /^Unknown unit: miles$/,
    ],
    [
      'events out of order',
      file({
        ...evented,
        events: [
          { type: 'O', frame: 0, at: 5 },
          { type: 'C', frame: 0, at: 4 },
        ],
      }),
      /^Events out of order, 4 < 5$/,
    ],
    [
      'events further apart than numbers go',
      file({
        ...evented,
        startValue: -1.7e308,
        events: [
          { type: 'O', frame: 0, at: -1.7e308 },
          { type: 'C', frame: 0, at: 1.7e308 },
        ],
      }),
      /^the time before events\[1\] is not a number/,
    ],
    [
      'a close without an open',
      file({ ...evented, events: [{ type: 'C', frame: 0, at: 1 }] }),
      /^No stack to close at 1$/,
    ],
    [
      'a close of another frame',
      file({
        ...evented,
        events: [
          { type: 'O', frame: 0, at: 1 },
          { type: 'C', frame: 1, at: 2 },
        ],
      }),
      /^Closing non-open frame 1$/,
    ],
    [
      'an unknown event',
      file({ ...evented, events: [{ type: 'X', frame: 0, at: 1 }] }),
      /^Unknown event type X$/,
    ],
    [
      'events without end',
      file({
        ...evented,
        events: Array.from({ length: 70_000 }, () => ({ type: 'O', frame: 0, at: 0 })),
      }),
      /events\[65536\] is more than 65536 deep/,
    ],
    [
      'profiles without end',
      file(...Array.from({ length: 50_001 }, () => evented)),
      /^50001 profiles, limit: 50000$/,
    ],
  ];
  for (const [shows, bytes, reason] of cases) {
    test(shows, () => assert.match(refusal(readSpeedscope(bytes)), reason));
  }
});

test('a profile written is read back, a profile for each sample type', () => {
  const profile = profileFromText('main;f@a.ts:3:3 1 10\nmain 2 20\n0x10 0 5', {
    sampleTypes: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
  });
  assert.deepEqual(
    draw(writeSpeedscope(profile, 'my profile')),
    [
      'my profile samples: samples/count',
      'main 2',
      'main;f@a.ts:3:3 1',
      'my profile cpu: time/nanoseconds',
      '0x10 5',
      'main 20',
      'main;f@a.ts:3:3 10',
    ].map((line) => line),
  );
});

test('any values written are read back', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
  const samples = fc.uniqueArray(fc.tuple(stack, fc.integer({ min: 1, max: 2 ** 31 })), {
    selector: ([names]) => names.join(';'),
  });
  fc.assert(
    fc.property(samples, (rows) => {
      const lines = rows.map(([names, value]) => `${names.join(';')} ${value}`);
      const profile = profileFromText(lines.join('\n'));
      assert.deepEqual(draw(writeSpeedscope(profile, 'x')).slice(1), lines.sort());
    }),
    fuzzRuns(100, 5000),
  );
});

test('damaged files are read or refused', () => {
  const whole = file({
    ...sampled,
    samples: [
      [0, 1],
      [0, 2],
    ],
    weights: [1, 2],
  });
  return fuzzParser([whole], (bytes) => reasonOf(readSpeedscope(bytes)));
});

describe('real files are read', { skip: sharedMissing }, () => {
  for (const { path, bytes } of sharedFiles('conformance/inputs/speedscope', /\.json$/)) {
    test(path, () => assert.ok(readSpeedscope(bytes).ok));
  }
});
