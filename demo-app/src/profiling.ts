/**
 * How this app is profiled: all of it is in this file.
 *
 * `@pyroscope/nodejs` samples the wall clock and the CPU every 10 ms, samples the heap, and posts
 * both to the server every 10 s.
 */
import { fileURLToPath } from 'node:url';
import pyroscope from '@pyroscope/nodejs';

export type ProfilingOptions = {
  readonly appName: 'demo-api' | 'demo-worker';
  readonly instance: string;
  readonly serverUrl: string;
};

export type Profiling = {
  /**
   * Sends the last profile, but waits no longer than this: with a server that hangs, the agent would
   * wait for minutes. Agent 0.6.4 forgets its source maps first, so this one profile shows `./dist`.
   */
  stop(deadlineMillis: number): Promise<void>;
};

/**
 * Blocks the loop for 13 to 31 ms (V8 lists all compiled code), so it belongs before the process
 * says that it is ready.
 */
export async function startProfiling({
  appName,
  instance,
  serverUrl,
}: ProfilingOptions): Promise<Profiling> {
  // The mapper reads every .js file below the folders it is given: our own output and nothing else.
  // Frames then show TypeScript files and lines, `./src/database/el-data-converter.ts`.
  const distDir = fileURLToPath(new URL('.', import.meta.url));
  const sourceMapper = await pyroscope.SourceMapper.create([distDir]);
  pyroscope.init({
    appName,
    serverAddress: serverUrl,
    tags: { instance },
    flushIntervalMs: FLUSH_INTERVAL_MILLIS,
    sourceMapper,
    // The duration sizes the buffer of samples: a shorter one than the flush loses their CPU time.
    wall: { collectCpuTime: true, samplingDurationMs: FLUSH_INTERVAL_MILLIS },
  });
  pyroscope.start();
  return { stop };
}

/** Each flush blocks the loop for 4 to 9 ms here, more for a longer window. */
const FLUSH_INTERVAL_MILLIS = 10_000;

async function stop(deadlineMillis: number): Promise<void> {
  // A flush that is due at this very moment finds the profiler stopped and rejects where nobody can
  // catch it: the process listens for that (runtime/run-process.ts) and leaves in peace.
  let deadline: NodeJS.Timeout | undefined;
  await Promise.race([
    pyroscope.stop(),
    new Promise((resolve) => {
      deadline = setTimeout(resolve, deadlineMillis);
    }),
  ]);
  clearTimeout(deadline);
}
