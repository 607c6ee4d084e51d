import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profileFromText } from '../drawn-profile.ts';
import { placesOf } from './graph-places.ts';
import { placeLabel, placeText, shortFunctionName } from './place-names.ts';

describe('short names', () => {
  const cases: readonly (readonly [name: string, short: string])[] = [
    ['main', 'main'],
    ['', ''],
    ['github.com/a/b-c/pkg.(*Type).Method', 'pkg.(*Type).Method'],
    ['github.com/a/b/v2/pkg.F', 'pkg.F'],
    ['github.com/a/b/v2.F', 'b.F'],
    ['github.com/a/b/v1.F', 'v1.F'],
    ['java.util.ArrayList.<init>', 'ArrayList.<init>'],
    ['com.acme.Worker$1.run(int, java.lang.String)', 'Worker$1.run'],
    ['com.acme.Worker.run$2', 'Worker.run$2'],
    ['(anonymous namespace)::start', 'start'],
    ['a::b::Thing::method(int)', 'Thing::method'],
    ['a::b::Thing::~Thing()', 'Thing::~Thing'],
    ['I2C/C2I adapters', 'I2C/C2I adapters'],
    ['lib/a.b/c', 'a.b/c'],
    ['lib/.b', 'lib/.b'],
    ['lib/b.', 'lib/b.'],
    ['lib/b.\nc', 'lib/b.\nc'],
    ['lib/b.c\nd', 'b.c'],
    ['/srv/app/index.js', '/srv/app/index.js'],
    ['async main', 'async main'],
  ];
  for (const [name, short] of cases) {
    test(`${JSON.stringify(name)} becomes ${JSON.stringify(short)}`, () => {
      assert.equal(shortFunctionName(name), short);
    });
  }

  test('a name that is made to be slow takes no time', () => {
    for (const part of ['a/', 'a.', 'a::', 'A.a', '$1', '/v2/', '_A::', '_A::<', './']) {
      for (const end of ['', '!', '\n', '.']) shortFunctionName(part.repeat(20_000) + end);
    }
  });
});

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
