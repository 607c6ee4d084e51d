import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profileFromText } from '../drawn-profile.ts';
import { placesOf } from './graph-places.ts';
import { placeLabel, placeText } from './place-names.ts';

describe('places', () => {
  const cases: readonly (readonly [frame: string, text: string, label: string])[] = [
    ['main', 'main', 'main\\n'],
    ['a.b', 'a.b', 'a\\nb\\n'],
    ['say "hi"', 'say "hi"', 'say \\"hi\\"\\n'],
    ['main@/src/./x/../main.go:7', 'main /src/main.go:7', 'main\\nmain.go:7\\n'],
    ['main@src//main.go:0', 'main src/main.go', 'main\\nmain.go\\n'],
    ['main@/proc/self/cwd/./a/b.cc:1', 'main a/b.cc:1', 'main\\nb.cc:1\\n'],
    ['main@../x.go:1', 'main ../x.go:1', 'main\\nx.go:1\\n'],
    ['main@./.:1', 'main .:1', 'main\\n.:1\\n'],
    ['0x4f00', '0000000000004f00 <unknown>', '0000000000004f00\\n<unknown>\\n'],
    ['G[...]::x', 'G[...]::x', 'G[…]\\nx\\n'],
  ];
  for (const [frame, text, label] of cases) {
    test(`${frame} is ${text}`, () => {
      const { places } = placesOf(profileFromText(`${frame} 1`).symbols);
      assert.equal(placeText(places, 0), text);
      assert.equal(placeLabel(places, 0), label);
    });
  }

  test('are told apart by line, not by line of definition', () => {
    const { places, placeOfLine } = placesOf(
      profileFromText('f@a.go:1:7;f@a.go:2:7;f@a.go:1:8;f@b.go:1:7 1').symbols,
    );
    assert.equal(places.length, 3);
    assert.deepEqual([...placeOfLine], [0, 0, 1, 2]);
  });
});
