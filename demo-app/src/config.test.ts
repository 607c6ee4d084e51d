import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readApiConfig, readWorkerConfig } from './config.ts';

test('without any variable it is a laptop', () => {
  const read = readApiConfig({});
  assert.ok(read.ok);
  const { instance, ...config } = read.config;
  assert.notEqual(instance, '');
  assert.deepEqual(config, {
    host: '127.0.0.1',
    port: 8080,
    logLevel: 'info',
    profileServerUrl: 'http://127.0.0.1:4040',
    dataDir: 'data/demo-api',
    workerUrl: 'http://127.0.0.1:8081',
    maxStoredElements: 500_000,
  });
});

test('an empty variable is one that is not set', () => {
  const read = readWorkerConfig({ DEMO_FAULT: '', PORT: '', DEMO_API_URL: 'http://api:8080/' });
  assert.ok(read.ok);
  assert.equal(read.config.fault, undefined);
  assert.equal(read.config.port, 8081);
  assert.equal(read.config.apiUrl, 'http://api:8080');
});

test('profiling is switched off by one variable', () => {
  const read = readWorkerConfig({ DEMO_PROFILING: 'off' });
  assert.ok(read.ok);
  assert.equal(read.config.profileServerUrl, undefined);
});

describe('a value that cannot be is named, with what it may be', () => {
  const cases: readonly [name: string, value: string, allowed: RegExp][] = [
    ['PORT', '65536', /a port from 0 to 65535/],
    ['DEMO_FAULT', 'el-data', /el-data-converter/],
    ['DEMO_INSTANCE', 'a=b', /without/],
    ['DEMO_PROFILING', 'yes', /on or off/],
    ['DEMO_LOG_LEVEL', 'loud', /debug, info/],
    ['PYROSCOPE_SERVER_ADDRESS', 'ftp://x', /http/],
    ['DEMO_WORKER_URL', 'worker:8081', /http/],
    ['DEMO_MAX_STORED_ELEMENTS', '0', /from 1 on/],
  ];
  for (const [name, value, allowed] of cases) {
    test(`${name}=${value}`, () => {
      const read = readApiConfig({ [name]: value });
      assert.ok(!read.ok);
      assert.ok(read.reason.startsWith(`${name} is "${value}" but must be `), read.reason);
      assert.match(read.reason, allowed);
    });
  }
});
