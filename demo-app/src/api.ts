/** demo-api: takes bundles in, stores them, gives them back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createApiApp } from './api/api-app.ts';
import { startConversionQueue } from './api/conversion-queue.ts';
import { createWorkerClient } from './api/worker-client.ts';
import { readApiConfig } from './config.ts';
import { openReportStore } from './database/report-store.ts';
import { startHttpServer } from './http/http-server.ts';
import { createReadiness } from './http/readiness.ts';
import { startProfiling } from './profiling.ts';
import { configOrExit, startedOrExit, stopOnSignals } from './runtime/run-process.ts';
import { createTurnBudget } from './runtime/turn-budget.ts';
import { warmUpApi } from './runtime/warm-up.ts';

const config = configOrExit(readApiConfig(process.env));
const log = pino({ name: 'demo-api', level: config.logLevel });
const turn = createTurnBudget();

const store = await startedOrExit(
  `the database in ${config.dataDir} (DEMO_DATA_DIR)`,
  openReportStore({ dataDir: config.dataDir, turn }),
);
const conversions = startConversionQueue({
  store,
  convert: createWorkerClient(config.workerUrl),
  log,
  sleep: (millis, signal) => sleep(millis, undefined, { signal }).catch(() => {}),
});
let trimming: Promise<unknown> = Promise.resolve();
const readiness = createReadiness(() => store.probe());
const app = createApiApp({
  store,
  turn,
  log,
  readiness,
  onStored(record) {
    conversions.add(record.id);
    trimming = trimming
      .then(() => store.trim(config.maxStoredElements))
      .catch((error: unknown) => log.error({ err: error }, 'old reports could not be removed'));
  },
});
const server = await startedOrExit(
  `HTTP on ${config.host}:${config.port} (HOST, PORT)`,
  startHttpServer(app, config),
);
const profiling =
  config.profileServerUrl === undefined
    ? undefined
    : await startProfiling({
        appName: 'demo-api',
        instance: config.instance,
        serverUrl: config.profileServerUrl,
      });

stopOnSignals(
  [
    { name: 'readiness', stop: async () => readiness.close() },
    { name: 'conversions', stop: () => conversions.stop() },
    { name: 'HTTP', stop: () => server.close(2_000) },
    { name: 'profiling', stop: async () => profiling?.stop(1_000) },
    {
      name: 'store',
      async stop() {
        await store.close();
        await trimming;
      },
    },
  ],
  log,
);
await warmUpApi(turn, `${config.workerUrl}/ready`);
readiness.open();
log.info({ port: server.port, instance: config.instance }, 'ready');
