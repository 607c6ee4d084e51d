import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shortFunctionName } from './short-function-name.ts';

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
    ['a//b.c', '/b.c'],
    ['github.com/a/b/v10/c.F', 'c.F'],
    ['github.com/a/b/v02.F', 'v02.F'],
    ['a::B', 'a::B'],
    ['a::B::c', 'B::c'],
    ['a::__B::c<d::e>(f)', '__B::c<d::e>'],
    ['a::B::c::d()', 'B::c'],
    ['a::B::c<d', 'B::c'],
    ['com.Acme.Worker.run', 'com.Acme.Worker.run'],
    ['Worker.run', 'Worker.run'],
    ['Worker.Run', 'Worker.Run'],
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
