import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What ships: the bundle. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** How it is started, by `npm start` and in its image: without, it holds twice the memory. */
const NODE_FLAGS = ['--max-semi-space-size=4'];
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };

/** Disposing of it kills it, should it still run: a test that fails leaves no process behind. */
export type SpawnedServer = AsyncDisposable & {
  readonly child: ChildProcess;
  readonly url: string;
};

/** A server as a process of its own, to be killed. Answers when it takes requests. */
export async function spawnServer(
  dataDir: string,
  ...more: readonly string[]
): Promise<SpawnedServer> {
  const args = ['--listen', '127.0.0.1:0', '--data-dir', dataDir, '--log.level', 'error', ...more];
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, ...args], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  let out = '';
  for await (const chunk of child.stdout) {
    out += chunk;
    const port = /ready on 127\.0\.0\.1:(\d+)/.exec(out)?.[1];
    if (port !== undefined) {
      return {
        child,
        url: `http://127.0.0.1:${port}`,
        [Symbol.asyncDispose]: () => killed(child),
      };
    }
  }
  throw new Error(`the server ended: ${errors}`);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
