import {
  createFrontDoor,
  createHealth,
  createLogLimiter,
  createMetrics,
  type FrontDoorEvent,
  FsError,
  formatListenAddress,
  type ListenAddress,
  type Logger,
  startTurnClock,
  systemRandom,
  turnLine,
} from '@emberscope/node-kit';
import { adHocRpcs, createUploadRoute } from './http/adhoc-routes.ts';
import { createAdmission, DEFAULT_ADMISSION_LIMITS } from './http/admission.ts';
import { configRoutes } from './http/config-routes.ts';
import { debugInfoRpcs, debugUploadHandler } from './http/debug-info-routes.ts';
import { createIngestRoute } from './http/ingest-route.ts';
import { createLateOtlpRoute } from './http/late-otlp-route.ts';
import { loadPageFiles } from './http/page-files.ts';
import { practiseDoor } from './http/practise-door.ts';
import { createPushRoute } from './http/push-route.ts';
import { queryRoutes } from './http/query-routes.ts';
import { renderRoutes } from './http/render-routes.ts';
import { createServerRoutes } from './http/server-routes.ts';
import { settingsRpcs } from './http/settings-rpcs.ts';
import { spreadRequests } from './http/spread-requests.ts';
import { statusRoutes, statusRpcs } from './http/status-routes.ts';
import { type StoreStatus, storeStatusRoute } from './http/store-status.ts';
import { createTenancy } from './http/tenancy.ts';
import { vcsRpcs } from './http/vcs-rpcs.ts';
import { createIngestService } from './ingest/ingest-service.ts';
import { createRateLimit } from './ingest/rate-limit.ts';
import { createAdHocService } from './query/adhoc/adhoc-service.ts';
import { createQueryService } from './query/query-service.ts';
import type { ServerParts } from './server.ts';
import { createServerMetrics, type ServerMetrics } from './server-metrics.ts';
import {
  adHocLimits,
  bodyLimitBytes,
  ingestLimits,
  listenAddressOf,
  queryLimits,
  rateLimits,
} from './settings.ts';
import { lowDiskBytes } from './store/embedded/writer/maintenance-plan.ts';
import type { WriterStats } from './store/embedded/writer/writer-stats.ts';
import { createAdHocStore } from './store/tenant-files/adhoc-store.ts';
import { createSettingsStore } from './store/tenant-files/settings-store.ts';
import { createWriteLine } from './store/tenant-files/write-line.ts';
import type { IngestPool } from './work/ingest-pool.ts';
import type { StoreThreads } from './work/store-threads.ts';

/** What stands behind the door. */
export type DoorParts = ServerParts & {
  readonly store: StoreThreads;
  readonly pool: IngestPool;
  /** When the server began to start. */
  readonly beganMillis: number;
};

export type OpenedDoor =
  | {
      readonly ok: true;
      readonly address: ListenAddress;
      readonly threadDied: ServerMetrics['threadDied'];
      /** Lets requests that run end for a while, then cuts them. */
      close(): Promise<{ readonly cutRequests: number; readonly cutConnections: number }>;
    }
  /** One sentence. */
  | { readonly ok: false; readonly reason: string };

/** The rule that this product is about; the server keeps it, too. */
const LONG_TURN_MILLIS = 40;

/** Requests that run get this long to end when the server stops. */
const STOP_MILLIS = 5_000;

/** How often the threads' state is looked at for the metrics. */
const STATS_PERIOD_MILLIS = 5_000;

/**
 * Who waits until the server is ready is to find it quick: it answers the first flame graph after a
 * start in a tenth of a second, and in a tenth of that once it has practised. Requests are taken all
 * the while, and pushes are not worth less for it. Ten ordinary services are practised in half of this
 * on two cores; five large ones, each of hundreds of thousands of stacks, in all of it.
 */
const PRACTICE_BEFORE_READY_MILLIS = 1_500;

/** A line for each kind of trouble in this time at most. */
const LOG_INTERVAL_MILLIS = 10_000;

/**
 * Puts together what takes requests, and answers when it does. A module of its own, for what it
 * loads (the protocols above all) takes longer than anything else of a start.
 */
export async function openDoor(parts: DoorParts): Promise<OpenedDoor> {
  const { settings, log, clock, fs, store, pool } = parts;
  const page = await loadPageFiles(fs, parts.pageDir).catch((error: unknown) => {
    if (!(error instanceof FsError)) throw error;
    return `Cannot read the page (setting page-dir): ${error.message}`;
  });
  if (typeof page === 'string') return { ok: false, reason: page };
  const health = createHealth();
  const storeCheck = health.add('store');
  const queriesCheck = health.add('queries');
  const metrics = createMetrics({ prefix: 'emberscope', withProcessMetrics: true });
  const count = createServerMetrics(metrics);
  const limiter = createLogLimiter({ clock, intervalMillis: LOG_INTERVAL_MILLIS });

  const admission = createAdmission(DEFAULT_ADMISSION_LIMITS);
  const ingest = createIngestService({
    pool,
    store,
    rateLimit: createRateLimit(rateLimits(settings), () => clock.monotonicMillis()),
    limits: ingestLimits(settings),
    nowMillis: () => clock.nowMillis(),
    observe: { stored: count.stored, discarded: count.discarded },
  });
  let damagedQueries: StoreStatus['damagedQueries'] = { count: 0, lastReason: null };
  const queries = createQueryService({
    store,
    limits: queryLimits(settings),
    nowMillis: () => clock.nowMillis(),
    monotonicMillis: () => clock.monotonicMillis(),
    observe(call, answer, seconds) {
      count.queried(call, answer, seconds);
      if (!answer.ok && answer.isDamage) {
        damagedQueries = { count: damagedQueries.count + 1, lastReason: answer.message };
      }
      // Damage on the disk, or a mistake of ours: whoever runs the server has to know.
      if (answer.ok || answer.code !== 'internal') return;
      limiter.run('failed-query', (suppressed) =>
        log.error(
          { method: call.method, reason: answer.message, suppressed },
          'a query could not be answered',
        ),
      );
    },
  });
  count.measureAdmission(admission);
  count.measureQueries(store.waitingQueries);

  let lastStats: WriterStats | null = null;
  const hasProfiles = () => (lastStats?.profileCount ?? 0) > 0;
  const tenancy = createTenancy(settings.multitenancy);
  const maxBodyBytes = bodyLimitBytes(settings);
  const shared = { ingest, admission, tenancy, maxBodyBytes, clock };
  const files = {
    fs,
    dataDir: parts.dataDir,
    line: createWriteLine(),
    onTrouble: (err: FsError) =>
      limiter.run('tenant-files', (suppressed) =>
        log.error({ err, suppressed }, "a tenant's file could not be read or written"),
      ),
  };
  const uploads = {
    adHoc: createAdHocService({
      threads: store,
      files: createAdHocStore({ ...files, lowDiskBytes }),
      limits: adHocLimits(settings),
      random: systemRandom,
      nowMillis: () => clock.nowMillis(),
    }),
    ...{ tenancy, admission, clock },
    maxBodyBytes: adHocLimits(settings).maxMessageBytes,
  };
  const routes = createServerRoutes({
    rpcs: [
      ...queryRoutes(queries, tenancy),
      ...statusRpcs(health, tenancy),
      ...settingsRpcs({
        store: createSettingsStore(files),
        tenancy,
        nowMillis: () => clock.nowMillis(),
      }),
      ...adHocRpcs(uploads),
      ...vcsRpcs(tenancy),
      ...debugInfoRpcs(tenancy),
    ],
    push: createPushRoute(shared),
    ingest: createIngestRoute(shared),
    otlp: createLateOtlpRoute({ ...shared, random: systemRandom }),
    upload: createUploadRoute(uploads),
    debugUpload: debugUploadHandler(tenancy),
    status: [
      ...renderRoutes(queries, tenancy),
      ...statusRoutes(health, metrics, parts.build),
      ...configRoutes(parts.config),
      storeStatusRoute(() => ({
        retentionMillis: settings.retentionMillis,
        rollupRetentionMillis: settings.rollupRetentionMillis,
        damagedQueries,
        store: lastStats,
      })),
    ],
    page,
  });
  const door = createFrontDoor({
    handler: spreadRequests(routes, turnLine),
    observe: (event) => noteDoor(event, count.cut, log, limiter),
  });

  await practiseDoor({
    ...{ pool, clock, random: systemRandom },
    ingestLimits: ingestLimits(settings),
    queryLimits: queryLimits(settings),
  });
  const turns = startTurnClock({
    thresholdMillis: LONG_TURN_MILLIS,
    onLongTurn: ({ millis, waitMillis, isStarved }) => {
      count.longTurn(isStarved);
      limiter.run(`turn ${isStarved}`, (suppressed) => {
        const text = isStarved ? 'a turn was long for want of a core' : 'a turn was long';
        const figures = { millis: Math.round(millis), waitMillis: Math.round(waitMillis) };
        log.warn({ ...figures, isStarved, suppressed }, text);
      });
    },
  });
  count.measureTurns(turns);

  const { address, setting } = listenAddressOf(settings);
  const listening = await door.listen(address, setting);
  if (!listening.ok) {
    turns.stop();
    return listening;
  }

  let isStopping = false;
  let isLooking = false;
  const lookAtStore = async () => {
    // The writer may be at a disk that does not answer: questions must not pile up behind it.
    if (isLooking) return;
    isLooking = true;
    const stats = await store.stats();
    isLooking = false;
    if (stats.kind === 'done') {
      lastStats = stats.output;
      count.store(stats.output);
    }
    if (isStopping) return;
    // A store that takes no pushes still answers queries: that is no reason to be restarted.
    storeCheck.set(stats.kind === 'done' ? 'running' : 'failed', stats.kind);
  };
  await lookAtStore();
  const stopLooking = clock.every(STATS_PERIOD_MILLIS, () => void lookAtStore());
  if (page.fileCount === 0) log.warn({ pageDir: parts.pageDir }, 'the page has not been built');
  let stopWaiting = () => {};
  let isReady = false;
  const becomeReady = () => {
    stopWaiting();
    if (isStopping || isReady) return;
    isReady = true;
    queriesCheck.set('running');
    count.ready((clock.monotonicMillis() - parts.beganMillis) / 1000);
    log.info({ listen: formatListenAddress(listening.address) }, 'ready');
  };
  if (hasProfiles()) {
    queriesCheck.set('starting', 'practising with the newest profiles');
    stopWaiting = clock.after(PRACTICE_BEFORE_READY_MILLIS, becomeReady);
    void store.practised.then(becomeReady);
  } else becomeReady();

  return {
    ok: true,
    address: listening.address,
    threadDied: count.threadDied,
    async close() {
      isStopping = true;
      storeCheck.set('stopping');
      stopLooking();
      stopWaiting();
      const cut = await door.close(STOP_MILLIS);
      turns.stop();
      return cut;
    },
  };
}

function noteDoor(
  event: FrontDoorEvent,
  count: (reason: string) => void,
  log: Logger,
  limiter: ReturnType<typeof createLogLimiter>,
): void {
  switch (event.kind) {
    case 'opened':
    case 'reset':
      return;
    case 'cut':
      count(event.reason);
      log.debug({ reason: event.reason, detail: event.detail }, 'a connection was cut');
      return;
    case 'handler-failed':
      count('handler-failed');
      limiter.run('handler-failed', (suppressed) =>
        log.error({ err: event.error, suppressed }, 'a request failed'),
      );
      return;
    case 'accept-failed':
      count('accept-failed');
      limiter.run('accept-failed', (suppressed) =>
        log.error({ err: event.error, suppressed }, 'a connection could not be accepted'),
      );
      return;
    default:
      event satisfies never;
  }
}
