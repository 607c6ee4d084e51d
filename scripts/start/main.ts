import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildProgress, buildWhatIsMissing } from './build.ts';
import { takeDataDir } from './data-lock.ts';
import { createFaultSwitch } from './fault-switch.ts';
import { canType, onTypedLine } from './keys.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { pipelineSteps } from './parts.ts';
import { complaintAboutPorts, portsFrom } from './ports.ts';
import { runPipeline } from './run-pipeline.ts';
import { screenLines } from './screen.ts';
import { listenForStop, type StopRequest } from './stop-signals.ts';
import { createTerminal, formatSeconds, type Terminal } from './terminal.ts';

/*
 * What a person runs as `npm start`: reads what is asked, builds what is missing, starts everything,
 * says so, and stops everything. Exit codes: 0 after Ctrl-C, 1 when it could not start, 2 for options
 * that cannot be, 130 after the second Ctrl-C.
 */

const projectDir = fileURLToPath(new URL('../../', import.meta.url));
const terminal = createTerminal(process.stdout, process.env);
const read = readOptions(process.argv.slice(2), process.env, projectDir);

switch (read.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'refused':
    console.error(read.reason);
    process.exitCode = 2;
    break;
  case 'start':
    process.exit(await start(read.options, listenForStop()));
    break;
  default:
    read satisfies never;
}

async function start(options: StartOptions, stop: StopRequest): Promise<number> {
  const ports = portsFrom(options.pagePort);
  const complaint = (await complaintAboutPorts(ports)) ?? takeDataDir(options.dataDir);
  if (complaint !== undefined) {
    console.error(complaint);
    return 1;
  }

  const targets = ['profile-server', 'collector', 'demo-app', 'page'] as const;
  const built = await Promise.race([
    buildWhatIsMissing(projectDir, targets, buildProgressOn(terminal)),
    stop.asked,
  ]);
  if (built === undefined || stop.isAsked()) return 0;
  if (!built.ok) {
    console.error(`${built.what} could not be built:\n\n${built.output}`);
    return 1;
  }

  const steps = pipelineSteps({ projectDir, options, ports });
  return runPipeline({
    steps,
    logDir: join(options.dataDir, 'logs'),
    terminal,
    stop,
    onReady(pipeline) {
      const faultSwitch = createFaultSwitch({ projectDir, options, ports }, pipeline, terminal);
      process.on('SIGUSR2', faultSwitch.press);
      onTypedLine(process.stdin, (line) => {
        if (line === 'f') faultSwitch.press();
        else if (line !== '') {
          terminal.line('f and Enter makes demo-worker sick or well; Ctrl-C stops.');
        }
      });
      const switchedBy = canType(process.stdin) ? 'press f and Enter' : `kill -USR2 ${process.pid}`;
      const screen = { options, ports, steps, faultSwitch: switchedBy };
      for (const line of screenLines(screen, terminal.style)) terminal.line(line);
    },
  });
}

function buildProgressOn({ line, waiting }: Terminal): BuildProgress {
  return {
    building(what) {
      if (process.stdout.isTTY) waiting(`  building ${what} …`);
      else line(`  building ${what}`);
    },
    built: (what, tookMillis) => line(`  built ${what} in ${formatSeconds(tookMillis)}`),
  };
}
