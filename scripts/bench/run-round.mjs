import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CORPORA } from './corpora.mjs';
import { watchLongestTurn } from './longest-turn.mjs';
import { bytesBelow, settle } from './settle.mjs';
import { runToolJson } from './tools.mjs';

/** How the recorded figures were taken. */
const CONCURRENCY = 64;
const QUERY_RUNS = 9;

/**
 * Queries of one or two milliseconds, again: /proc counts in ticks of 10 ms, and ten calls of them are
 * two or three.
 */
const SHORT_QUERIES = { only: 'SelectSeries', runs: 99 };
const REST_SECONDS = 20;

/**
 * A low rate: agents of one small cluster. What a server compiles in its first minute is not what a
 * push costs it, so it has taken some before.
 */
const LOW_RATE = { perSecond: 6, profiles: 180, profilesBefore: 600, restMillis: 3_000 };

/** Many agents at once, for as long as shows what a server sustains. */
const WIDE = { concurrency: 192, profiles: 3_000 };

/** A quick round shows that answers are right, not how fast they come. */
const QUICK = {
  queryRuns: 2,
  restSeconds: 1,
  quietMillis: 2_000,
  lowRateProfiles: 6,
  wideProfiles: 100,
};

/**
 * One round of a corpus against one server, each part on an empty data directory. Returns what the
 * tools wrote, by step; a step that could not be done is `{ error }`.
 */
export async function runRound(server, { corpusName, corpus, port, isQuick, say }) {
  const { lowRate, wide } = CORPORA[corpusName];
  const round = { server: server.name, corpus: corpusName };
  const calibrate = async () => (await runToolJson('calibrate', [])).cpuMsMedian;
  const step = async (name, run) => {
    say(name);
    round[name] = await run().catch((error) => ({ error: error.message }));
  };
  const before = await calibrate();

  if (lowRate || isQuick) {
    await withServer(server, port, async ({ url, pid, start }) => {
      await step('firstPush', async () => {
        const args = ['--url', url, '--corpus', corpus, '--limit', '1', '--concurrency', '1'];
        const push = await runToolJson('push', args);
        assertAllTaken(push);
        return {
          startMs: start.readyMs,
          firstAnswerMs: start.firstAnswerMs,
          pushMs: push.ackMs.p50,
        };
      });
      await step('lowRate', async () => {
        const profiles = isQuick ? QUICK.lowRateProfiles : LOW_RATE.profiles;
        const before = isQuick ? 0 : LOW_RATE.profilesBefore;
        if (before > 0) {
          const args = ['--limit', `${before}`, '--concurrency', `${CONCURRENCY}`];
          await pushTo({ url, pid }, corpus, args);
          await sleep(LOW_RATE.restMillis);
        }
        const pace = ['--concurrency', '1', '--rate', `${LOW_RATE.perSecond}`];
        const which = ['--skip', `${before}`, '--limit', `${profiles}`];
        return pushTo({ url, pid }, corpus, [...which, ...pace]);
      });
    });
  }
  if (wide || isQuick) {
    await withServer(server, port, (running) =>
      step('wide', () => {
        const profiles = isQuick ? QUICK.wideProfiles : WIDE.profiles;
        const args = ['--limit', `${profiles}`, '--concurrency', `${WIDE.concurrency}`];
        return pushTo(running, corpus, args);
      }),
    );
  }

  const dataDir = newDataDir();
  try {
    await withServer(
      server,
      port,
      async ({ url, pid, start }) => {
        const dir = server.dirOf(dataDir);
        const target = ['--url', url, '--corpus', corpus, '--pid', `${pid}`];
        round.start = start;
        await step('push', async () => {
          const turns = server.hasTurnMetric ? watchLongestTurn(url) : undefined;
          const args = ['--concurrency', `${CONCURRENCY}`, '--dir', dir];
          try {
            return await pushTo({ url, pid }, corpus, args);
          } finally {
            round.longestTurn = { millis: await turns?.stop() };
          }
        });
        await step('settled', async () => {
          const quietMillis = isQuick ? QUICK.quietMillis : undefined;
          return {
            ...(await settle(server.settle, pid, dir, quietMillis)),
            bytes: bytesBelow(dir),
          };
        });
        await step('query', () => {
          const runs = isQuick ? QUICK.queryRuns : QUERY_RUNS;
          return runToolJson('query', [...target, '--runs', `${runs}`, '--check']);
        });
        if (!isQuick) {
          const which = ['--runs', `${SHORT_QUERIES.runs}`, '--only', SHORT_QUERIES.only];
          await step('shortQueries', () => runToolJson('query', [...target, ...which]));
        }
        await step('rest', () => {
          const seconds = isQuick ? QUICK.restSeconds : REST_SECONDS;
          return runToolJson('measure', ['--pid', `${pid}`, '--seconds', `${seconds}`]);
        });
      },
      dataDir,
    );
    round.calibrationMs = (before + (await calibrate())) / 2;
    if (server.keepsNothing) round.restart = { error: 'the store keeps nothing over a restart' };
    else {
      await withServer(
        server,
        port,
        async ({ url, pid, start }) => {
          round.restartReadyMs = start.readyMs;
          const target = ['--url', url, '--corpus', corpus, '--pid', `${pid}`];
          await step('restart', () => runToolJson('query', [...target, '--runs', '1', '--check']));
        },
        dataDir,
      );
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return round;
}

async function pushTo({ url, pid }, corpus, args) {
  const target = ['--url', url, '--corpus', corpus, '--pid', `${pid}`];
  const push = await runToolJson('push', [...target, ...args]);
  assertAllTaken(push);
  return push;
}

/** A server that refuses half of a corpus is fast: its figures mean nothing. */
function assertAllTaken({ profiles, status, errors }) {
  if (status[200] === profiles) return;
  throw new Error(`not all were taken: ${JSON.stringify(status)} ${errors[0] ?? ''}`);
}

/** Runs `use` with a server that is up, on a directory of its own unless one is given. */
async function withServer(server, port, use, givenDir) {
  const dataDir = givenDir ?? newDataDir();
  try {
    const running = await server.start(dataDir, port);
    try {
      await use(running);
    } finally {
      await running.stop();
    }
  } finally {
    if (givenDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

function newDataDir() {
  return mkdtempSync(join(tmpdir(), 'emberscope-bench-data-'));
}
