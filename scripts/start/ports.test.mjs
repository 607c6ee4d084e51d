import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';
import { runScript } from './testing/run-script.mjs';

register();
const { DEFAULT_PORTS, portsFrom } = await import('./ports.ts');
const { demoWorkerAddress } = await import('./screen.ts');
const { parsePageState } = await import('../../services/web/src/page-state.ts');

describe('ports', () => {
  test('the usual ones unless the page is moved; then the others take the three after it', () => {
    assert.deepEqual(portsFrom(undefined), DEFAULT_PORTS);
    assert.deepEqual(portsFrom(4040), DEFAULT_PORTS);
    assert.deepEqual(portsFrom(5000), {
      page: 5000,
      collector: 5001,
      demoApi: 5002,
      demoWorker: 5003,
    });
  });

  test('one in use is one sentence with the setting that moves it, and nothing is started', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    const dir = mkdtempSync(join(tmpdir(), 'emberscope-ports-'));
    try {
      const start = fileURLToPath(new URL('../start.mjs', import.meta.url));
      const run = runScript(start, ['--port', String(port), '--data-dir', join(dir, 'data')]);
      assert.equal(await run.ended(), 1);
      assert.match(
        run.output,
        new RegExp(
          `^Port ${port}, for the profile server, is in use: npm start -- --port (\\d+) takes \\1 to \\d+ instead \\(.* --data-dir, too\\)\\.\n$`,
        ),
      );
    } finally {
      taken.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

test('the address on the screen opens the CPU of demo-worker in the page', () => {
  const address = new URL(demoWorkerAddress(DEFAULT_PORTS));
  assert.equal(address.origin, 'http://127.0.0.1:4040');
  const state = parsePageState(address.hash);
  assert.equal(state.view, 'explore');
  assert.equal(state.service, 'demo-worker');
  assert.equal(state.profileType, 'wall:cpu:nanoseconds:wall:nanoseconds');
});
