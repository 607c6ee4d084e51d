/**
 * `npm start` with stubs for its parts: argv[2] is a folder, argv[3] the manners of each stub by its
 * name as JSON. Typing `r` replaces the one called "middle".
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// biome-ignore lint/correctness/noUndeclaredDependencies: a tool of the root, as tsc is
import { register } from 'tsx/esm/api';
import { freePort } from './free-port.mjs';

register();
const { runPipeline } = await import('../run-pipeline.ts');
const { listenForStop } = await import('../stop-signals.ts');
const { createTerminal } = await import('../terminal.ts');
const { onTypedLine } = await import('../keys.ts');

const [dir, mannersText = '{}'] = process.argv.slice(2);
const manners = JSON.parse(mannersText);

async function stub(name, overrides = {}) {
  const port = await freePort();
  return {
    name,
    does: 'nothing',
    port,
    nodeArgs: [fileURLToPath(new URL('./stub-part.mjs', import.meta.url))],
    workingDir: dir,
    environment: {
      PORT: String(port),
      STUB_NAME: name,
      STUB_JOURNAL: join(dir, 'journal'),
      STUB_MANNERS: manners[name] ?? '',
    },
    readiness: { kind: 'http', url: `http://127.0.0.1:${port}/ready` },
    readyMaxMillis: 3_000,
    stopMaxMillis: 1_500,
    ...overrides,
  };
}

const middle = await stub('middle');
const steps = [
  [await stub('first')],
  [middle, await stub('beside')],
  [await stub('last', { readiness: { kind: 'first-line' } })],
];

process.exit(
  await runPipeline({
    steps,
    logDir: join(dir, 'logs'),
    terminal: createTerminal(process.stdout, process.env),
    stop: listenForStop(),
    pauseMillis: () => 50,
    onReady(pipeline) {
      console.log('all ready');
      onTypedLine(process.stdin, (line) => {
        if (line !== 'r') return;
        const replaced = { ...middle, environment: { ...middle.environment, STUB_NAME: 'new' } };
        void pipeline.replace(replaced).then(({ kind }) => console.log(`replaced: ${kind}`));
      });
    },
  }),
);
