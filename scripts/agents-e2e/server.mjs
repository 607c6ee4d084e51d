import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf } from '../server-address.mjs';

/** A profile server as it is delivered, on a free port, with a data directory of its own. */
export async function startServer(main) {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-agents-data-'));
  const args = ['--listen', '127.0.0.1:0', '--data-dir', dataDir, '-log.level=warn'];
  const server = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill('SIGKILL'));
  const exited = new Promise((resolve) => server.once('exit', resolve));
  return {
    url: await addressOf(server),
    async stop() {
      server.kill('SIGTERM');
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The names in the flame graph of a service's last ten minutes, and their whole. */
export async function flameGraphOf(url, service, profileTypeID) {
  const end = Date.now() + 60_000;
  const response = await fetch(`${url}/querier.v1.QuerierService/SelectMergeStacktraces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      profileTypeID,
      labelSelector: `{service_name=${JSON.stringify(service)}}`,
      start: end - 600_000,
      end,
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${answer.message}`);
  const { names = [], total = '0' } = answer.flamegraph ?? {};
  return { names, total: Number(total) };
}
