import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger, nodeFs, systemClock } from '@emberscope/node-kit';
import * as z from 'zod';
import { startServer } from '../server.ts';
import { type Settings, settingsShape } from '../settings.ts';

export type RunningServer = { readonly url: string; stop(): Promise<void> };

/** The defaults of the settings, with those given in their place. */
export function settingsOf(changed: Partial<Settings>): Settings {
  const shape = z.object(settingsShape);
  return { ...shape.parse(DEFAULTS), ...changed };
}

/** What `readSettings` fills in, but for what suits a test better. */
const DEFAULTS: Readonly<Record<string, string>> = {
  listen: '127.0.0.1:0',
  dataDir: './data',
  target: 'all',
  logLevel: 'error',
  storeMaxBytes: '0',
  storeMaxSeries: '50000',
  storeDropsOldestWhenFull: 'false',
  storeCacheBytes: '32MiB',
  storeQueryBytes: '64MiB',
  rollupRetentionMillis: '90d',
  retentionMillis: '7d',
  multitenancy: 'false',
  maxQueryLengthMillis: '24h',
  maxQueryLookbackMillis: '7d',
  maxFlameGraphNodesDefault: '8192',
  maxFlameGraphNodesMax: '1048576',
  ingestionRateMiB: '256',
  ingestionBurstMiB: '256',
  ingestionBodyMiB: '4',
  maxProfileBytes: '4194304',
  maxSamples: '16000',
  maxSampleLabels: '100',
  maxStackDepth: '1000',
  maxStringBytes: '65535',
  maxLabelNames: '30',
  maxLabelNameBytes: '1024',
  maxLabelValueBytes: '2048',
  maxSessionsPerSeries: '0',
  disablesLabelSanitization: 'true',
  rejectOlderThanMillis: '1h',
  rejectNewerThanMillis: '10m',
};

/**
 * A whole server in this process, with real threads and a port of its own. A data directory that is
 * given outlives it, its own does not.
 */
export async function runServer(
  changed: Partial<Settings> = {},
  pageDir = '/nowhere',
  givenDir?: string,
): Promise<RunningServer> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const dataDir = givenDir ?? (await mkdtemp(join(tmpdir(), 'emberscope-server-')));
  const started = await startServer({
    settings: settingsOf(changed),
    pageDir,
    dataDir,
    build: { version: '0.0.0-test', revision: 'abc' },
    config: [],
    log: createLogger({ service: 'test', level: 'error', output }),
    clock: systemClock,
    fs: nodeFs,
  });
  if (!started.ok) throw new Error(started.reason);
  return {
    url: `http://127.0.0.1:${started.address.port}`,
    async stop() {
      await started.stop();
      if (givenDir === undefined) await rm(dataDir, { recursive: true });
    },
  };
}
