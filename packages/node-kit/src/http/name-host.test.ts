import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpRequest } from './http-handler.ts';
import { nameHost } from './name-host.ts';

const cases: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
  ['a host stays', { host: 'a.example:4040' }, { host: 'a.example:4040' }],
  ['an authority stays', { ':authority': '[::1]:4040' }, { ':authority': '[::1]:4040' }],
  ['no host gets one', {}, { host: 'localhost' }],
  ['a host that is none is replaced', { host: 'a b' }, { host: 'localhost' }],
  ['so is an authority', { ':authority': '%' }, { host: 'localhost' }],
];
for (const [title, given, expected] of cases) {
  test(title, () => {
    const headers = { ...given };
    nameHost({ headers } as unknown as HttpRequest);
    assert.deepEqual(headers, expected);
  });
}
