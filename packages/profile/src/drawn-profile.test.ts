import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profileFromText, textFromProfile } from './drawn-profile.ts';
import { int64At } from './int64-column.ts';
import { labelsOfSet } from './sample-labels.ts';

const TWO_TYPES = {
  sampleTypes: [
    { type: 'samples', unit: 'count' },
    { type: 'cpu', unit: 'nanoseconds' },
  ],
};

describe('a drawing comes back as it was', () => {
  const cases: readonly [shows: string, lines: string[]][] = [
    ['plain stacks', ['main;serve;json 3 30', 'main 1 10']],
    ['files and lines', ['main@a.ts:4;f@b.ts:10:12 1 2']],
    ['inlined lines', ['main;outer@a.ts:3|inner@a.ts:9 1 2']],
    ['addresses', ['main;0x7fff0010 1 2']],
    ['labels', ['main 1 2 {route="/hits", bytes=512kb, span_id="00aa"}', 'main 1 2']],
    ['no frames', ['5 6']],
    ['negative and large values', ['main -3 9223372036854775807']],
    ['names with spaces, brackets and digits', ['(garbage collector);a b 7x 1 2']],
    ['a file with colons', ['f@node:internal/timers:524 1 2']],
  ];
  for (const [shows, lines] of cases) {
    test(shows, () => {
      assert.deepEqual(textFromProfile(profileFromText(lines.join('\n'), TWO_TYPES)), lines);
    });
  }
});

test('equal functions, locations and label sets are stored once', () => {
  const profile = profileFromText('f@a.ts:3 1 {k="v"}\ng;f@a.ts:3 1 {k="v"}\nf@a.ts:4 1');
  assert.equal(profile.symbols.functions.length, 2);
  assert.equal(profile.symbols.locations.length, 3);
  assert.equal(profile.labelSets.length, 2);
  assert.deepEqual(
    labelsOfSet(profile.labelSets, profile.samples.labels[0]).map((label) => label.kind),
    ['text'],
  );
  assert.equal(int64At(profile.samples.values[0], 2), 1n);
});

for (const drawn of ['main', 'main x', 'main 1 {route}', '{}']) {
  test(`"${drawn}" is no drawing`, () => {
    assert.throws(() => profileFromText(drawn), SyntaxError);
  });
}
