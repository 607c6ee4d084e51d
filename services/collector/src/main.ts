import { readFileSync } from 'node:fs';
import {
  createLogger,
  formatListenAddress,
  nodeFs,
  openLogFile,
  readSettings,
  systemClock,
} from '@emberscope/node-kit';
import { startCollector } from './collector.ts';
import { runCheck } from './commands/check.ts';
import { runHealthcheck } from './commands/healthcheck.ts';
import { runRelabelTest } from './commands/relabel-test.ts';
import { PROGRAM } from './program.ts';
import { checkSettings, collectorSettings } from './settings.ts';

/** The only place that knows of the process: its arguments, environment, signals and exit code. */
const argv = process.argv.slice(2);
const [command = '', ...rest] = argv;
switch (command) {
  case 'healthcheck':
    finish(await runHealthcheck(rest));
    break;
  case 'check':
    finish(await runCheck(rest, process.env));
    break;
  case 'relabel':
    finish(await runRelabelTest(rest, process.env));
    break;
  default:
    await serve();
}

async function serve(): Promise<void> {
  const read = await readSettings({
    program: PROGRAM,
    version: versionOf(new URL('../package.json', import.meta.url)),
    shape: collectorSettings,
    argv,
    environment: process.env,
    fs: nodeFs,
  });
  if (read.kind === 'shown') return finish({ code: 0, text: read.text });
  if (read.kind === 'refused') return finish({ code: 2, text: `${read.reasons.join('\n')}\n` });
  const checked = checkSettings(read.settings);
  if (!checked.ok) return finish({ code: 2, text: `${checked.reasons.join('\n')}\n` });

  const { settings } = checked;
  const logFile = openLogFile(2);
  const log = createLogger({ service: PROGRAM.name, level: settings.logLevel, output: logFile });
  process.on('exit', () => logFile.flushSync());
  for (const warning of read.warnings) log.warn(warning);

  const started = await startCollector({ settings, clock: systemClock, log });
  if (!started.ok) return finish({ code: 1, text: `${started.reason}\n` });
  const { collector } = started;
  const url = `http://${formatListenAddress(collector.address)}`;
  process.stdout.write(`collector ready on ${url}, delivering to ${settings.endpointUrl}\n`);

  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second one is from somebody who will not wait.
      if (isStopping) process.exit(130);
      isStopping = true;
      log.info({ signal }, 'stopping');
      void collector.stop().then(() => {
        log.info('stopped');
        process.exit(0);
      });
    });
  }
}

function versionOf(manifest: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const isManifest = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isManifest ? String(parsed.version) : '';
}

function finish({ code, text }: { readonly code: number; readonly text: string }): void {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = code;
}
