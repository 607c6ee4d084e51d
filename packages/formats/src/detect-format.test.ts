import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { profileFromText } from '@emberscope/profile';
import { fixtureFiles, fuzzRuns } from '@emberscope/test-kit';
import fc from 'fast-check';
import { detectFormat } from './detect-format.ts';
import { bytesOf } from './testing/draw-profile.ts';
import { writeCpuProfile } from './write-cpuprofile.ts';
import { writeHeapProfile } from './write-heapprofile.ts';
import { writeSpeedscope } from './write-speedscope.ts';

const PROFILE = profileFromText('main;f 1');

describe('what a file is', () => {
  const cases: readonly [shows: string, bytes: Uint8Array, format: string, fileName?: string][] = [
    ['speedscope', writeSpeedscope(PROFILE, 'x'), 'speedscope'],
    ['a .cpuprofile', writeCpuProfile(PROFILE), 'cpuprofile'],
    ['a .heapprofile', writeHeapProfile(PROFILE), 'heapprofile'],
    ['folded stacks', bytesOf('main;f 1\nmain 2\n'), 'folded'],
    ['folded stacks with blanks', bytesOf('a b;c d 3\n'), 'folded'],
    ['long folded stacks, cut within a line', bytesOf('main;function 1\n'.repeat(9000)), 'folded'],
    ['a Java recording', bytesOf('FLR\0...'), 'jfr'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), 'gzip'],
    ['JSON of another kind', bytesOf('{"a":1}'), 'unknown'],
    ['JSON with a name that helps', bytesOf('{"a":1}'), 'cpuprofile', 'x.cpuprofile'],
    ['text of another kind', bytesOf('hello world\n'), 'unknown'],
    ['nothing', new Uint8Array(0), 'unknown'],
  ];
  for (const [shows, bytes, format, fileName] of cases) {
    test(shows, () => assert.equal(detectFormat(bytes, fileName).format, format));
  }
  for (const { path, bytes } of fixtureFiles(/\.pb\.gz$/)) {
    test(path, () => {
      assert.equal(detectFormat(bytes).format, 'gzip');
      assert.equal(detectFormat(gunzipSync(bytes)).format, 'pprof');
    });
  }
  test('any bytes are something', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        detectFormat(bytes);
      }),
      fuzzRuns(500, 50_000),
    );
  });
});
