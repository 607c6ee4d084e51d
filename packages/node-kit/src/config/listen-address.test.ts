import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';

describe('an address to listen on is read, and printed again', () => {
  const cases: readonly [text: string, host: string, port: number][] = [
    ['127.0.0.1:4040', '127.0.0.1', 4040],
    ['localhost:0', 'localhost', 0],
    [':4040', '', 4040],
    ['[::1]:65535', '::1', 65_535],
    ['profiles.eu-west.example:80', 'profiles.eu-west.example', 80],
  ];
  for (const [text, host, port] of cases) {
    test(text, () => {
      assert.deepEqual(parseListenAddress(text), { ok: true, address: { host, port } });
      assert.equal(formatListenAddress({ host, port }), text);
    });
  }
});

describe('what is no address is an answer', () => {
  const cases: readonly [text: string, reason: RegExp][] = [
    ['', /has no port/],
    ['4040', /"4040" has no port/],
    ['localhost:', /"" is not a port/],
    ['localhost:65536', /"65536" is not a port from 0 to 65535/],
    ['localhost:-1', /"-1" is not a port/],
    ['localhost:1e3', /not a port/],
    ['::1:4040', /in brackets: \[::1\]:4040/],
    ['[::g]:4040', /not an IPv6 address/],
    ['http://x:4040', /in brackets|not a host/],
    ['a b:1', /"a b" is not a host name/],
    [`${'a'.repeat(254)}:1`, /not a host name/],
  ];
  for (const [text, reason] of cases) {
    test(text.slice(0, 40), () => {
      const parsed = parseListenAddress(text);
      assert.ok(!parsed.ok);
      assert.match(parsed.reason, reason);
    });
  }
});
