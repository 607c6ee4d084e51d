import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../runtime/node-flags.ts';

/** One process of the demo app, as `node dist/api.js` starts it. */
export type DemoProcess = {
  readonly child: ChildProcess;
  /** Its lines of output so far. */
  output(): string;
  /** Resolves once it says so; rejects when it ends first. */
  readonly ready: Promise<void>;
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
};

export type DemoProcessOptions = {
  readonly name: 'api' | 'worker';
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Before the script: `--import …`. */
  readonly nodeFlags?: readonly string[];
  readonly nodePath?: string;
};

const demoFolder = fileURLToPath(new URL('../..', import.meta.url));

export function startDemoProcess({
  name,
  environment,
  nodeFlags = [],
  nodePath = process.execPath,
}: DemoProcessOptions): DemoProcess {
  const child = fork(`dist/${name}.js`, {
    cwd: demoFolder,
    env: environment,
    execPath: nodePath,
    execArgv: [...NODE_FLAGS, ...nodeFlags],
    silent: true,
  });
  let output = '';
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => {
        output += piece;
        if (output.includes('"msg":"ready"')) resolve();
      });
    }
    void exited.then((code) => reject(new Error(`${name} ended with ${code}: ${output}`)));
  });
  // Who does not wait for it must not be hurt by it.
  ready.catch(() => {});
  return {
    child,
    output: () => output,
    ready,
    exited,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
