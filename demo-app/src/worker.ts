/** demo-worker: reads reports back from demo-api and turns them into API objects. */
import { pino } from 'pino';
import { readWorkerConfig } from './config.ts';
import { startHttpServer } from './http/http-server.ts';
import { createReadiness } from './http/readiness.ts';
import { startProfiling } from './profiling.ts';
import { configOrExit, startedOrExit, stopOnSignals } from './runtime/run-process.ts';
import { createTurnBudget } from './runtime/turn-budget.ts';
import { warmUpWorker } from './runtime/warm-up.ts';
import { convertReport } from './worker/convert-report.ts';
import { createHitsReader } from './worker/read-hits.ts';
import { createWorkerApp } from './worker/worker-app.ts';

const config = configOrExit(readWorkerConfig(process.env));
const log = pino({ name: 'demo-worker', level: config.logLevel });
const turn = createTurnBudget();
const parts = { readHits: createHitsReader(config.apiUrl, turn), turn, fault: config.fault };

const readiness = createReadiness(async (signal) => {
  const response = await fetch(`${config.apiUrl}/ready`, { signal });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`demo-api answers ${response.status}`);
});
const app = createWorkerApp({
  convert: (reportId, signal) => convertReport(reportId, parts, signal),
  readiness,
  log,
});
const server = await startedOrExit(
  `HTTP on ${config.host}:${config.port} (HOST, PORT)`,
  startHttpServer(app, config),
);
const profiling =
  config.profileServerUrl === undefined
    ? undefined
    : await startProfiling({
        appName: 'demo-worker',
        instance: config.instance,
        serverUrl: config.profileServerUrl,
      });

stopOnSignals(
  [
    { name: 'readiness', stop: async () => readiness.close() },
    { name: 'HTTP', stop: () => server.close(2_000) },
    { name: 'profiling', stop: async () => profiling?.stop(1_000) },
  ],
  log,
);
await warmUpWorker(turn, `${config.apiUrl}/ready`);
readiness.open();
log.info({ port: server.port, instance: config.instance, fault: config.fault }, 'ready');
