import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sourceFunction } from './source-function.ts';

describe('a function as a person says it', () => {
  const cases: readonly [
    shows: string,
    name: string,
    systemName: string,
    fileName: string,
    startLine: number,
    spoken: string,
  ][] = [
    [
      'a function in a file',
      './src/db.ts:elDataConverter:42',
      'elDataConverter',
      '/a/src/db.ts',
      0,
      'elDataConverter ./src/db.ts 42',
    ],
    [
      'a function of Node',
      'node:internal/timers:listOnTimeout:524',
      'listOnTimeout',
      'node:internal/timers',
      0,
      'listOnTimeout node:internal/timers 524',
    ],
    [
      'an anonymous function, whose name has colons',
      './a.js:(anonymous:L#68:C#27):68',
      '(anonymous:L#68:C#27)',
      '',
      0,
      '(anonymous:L#68:C#27) ./a.js 68',
    ],
    [
      'a frame without a file',
      ':Garbage Collection:0',
      'Garbage Collection',
      '',
      0,
      'Garbage Collection  0',
    ],
    ['a path that holds the function’s name', './f:x:1/f.ts:f:7', 'f', '', 0, 'f ./f:x:1/f.ts 7'],
    [
      'a Go function, left alone',
      'net/http.(*conn).serve',
      '',
      'server.go',
      1800,
      'net/http.(*conn).serve server.go 1800',
    ],
    [
      'a C++ name with colons, left alone',
      'std::vector::at',
      'std::vector::at',
      'v.h',
      3,
      'std::vector::at v.h 3',
    ],
    ['digits behind a colon that are no line of the agent', 'x:f:7', 'g', 'x', 2, 'x:f:7 x 2'],
    ['a line too long to be one', './a.js:f:12345678901', 'f', 'a', 1, './a.js:f:12345678901 a 1'],
    ['an empty name', '', '', '', 0, '  0'],
  ];
  for (const [shows, name, systemName, fileName, startLine, spoken] of cases) {
    test(shows, () => {
      const said = sourceFunction({ name, systemName, fileName, startLine });
      assert.equal(`${said.name} ${said.file} ${said.line}`, spoken);
    });
  }
});
