import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientCapabilities } from './client-capabilities.ts';

const cases: readonly (readonly [string | undefined, boolean | string])[] = [
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['*/*;allow-utf8-labelnames=true', true],
  ['text/html, */*; q=0.8; Allow-UTF8-LabelNames="true"', true],
  ['*/*;allow-utf8-labelnames=false', false],
  ['a/b/c', 'unexpected content after media subtype'],
  [';;', 'no media type'],
  ['text/', 'expected token after slash'],
  ['text/html; =1', 'invalid media parameter'],
];
for (const [accept, expected] of cases) {
  test(`Accept: ${accept} is ${expected}`, () => {
    const capabilities = clientCapabilities(accept);
    if (typeof expected === 'string') {
      assert.ok(!capabilities.ok && capabilities.reason.includes(expected));
    } else assert.ok(capabilities.ok && capabilities.takesUtf8LabelNames === expected);
  });
}
