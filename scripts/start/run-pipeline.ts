import { lastLines } from './log-file.ts';
import type { Part } from './part.ts';
import {
  createPipeline,
  type Pipeline,
  type Progress,
  type StartOutcome,
  type Steps,
} from './pipeline.ts';
import type { StopRequest } from './stop-signals.ts';
import { logPathOf, type PartEvent, type SuperviseOptions } from './supervise.ts';
import { formatSeconds, NAME_COLUMN, shownPath, type Terminal } from './terminal.ts';

export type RunOptions = Pick<SuperviseOptions, 'pauseMillis'> & {
  readonly steps: Steps;
  readonly logDir: string;
  readonly terminal: Terminal;
  readonly stop: StopRequest;
  /** Called when all are ready; what it answers ends when all is over. */
  readonly onReady: (pipeline: Pipeline) => void;
};

/** Ends are 130 by convention where Ctrl-C cut them short. */
const IMPATIENT_EXIT_CODE = 130;

/** As much as explains most failures and fits on a screen with the sentence above. */
const TAIL_LINES = 8;

/** Runs all parts until somebody wants an end, and says what happens. Answers the exit code. */
export async function runPipeline(options: RunOptions): Promise<number> {
  const { steps, logDir, terminal, stop, onReady } = options;
  const pipeline = createPipeline(steps, {
    ...options,
    tell: (event) => tell(event, logDir, terminal, stop),
    progress: progressOn(terminal),
  });
  stop.onImpatience(() => {
    pipeline.kill();
    terminal.line('Ended at once.');
    process.exit(IMPATIENT_EXIT_CODE);
  });

  const outcome = await Promise.race([
    pipeline.start(),
    stop.asked.then((): StartOutcome => ({ kind: 'stopped' })),
  ]);
  switch (outcome.kind) {
    case 'failed':
      for (const line of failureLines(outcome, terminal)) terminal.line(line);
      break;
    case 'ready':
      onReady(pipeline);
      await stop.asked;
      break;
    case 'stopped':
      break;
    default:
      outcome satisfies never;
  }

  const startMillis = performance.now();
  terminal.line();
  await pipeline.stop();
  terminal.line(`Stopped in ${formatSeconds(performance.now() - startMillis)}.`);
  return outcome.kind === 'failed' ? 1 : 0;
}

function progressOn(terminal: Terminal): Progress {
  const { style } = terminal;
  const waitingFor = new Set<string>();
  const showWaiting = (verb: string) => {
    if (waitingFor.size > 0) terminal.waiting(`  ${verb} ${[...waitingFor].join(', ')} …`);
  };
  const line = (name: string, text: string) => {
    waitingFor.delete(name);
    terminal.line(`  ${name.padEnd(NAME_COLUMN)}${text}`);
  };
  return {
    started(part) {
      waitingFor.add(part.name);
      showWaiting('starting');
    },
    ready(part, tookMillis) {
      line(part.name, `${style.good('ready')} in ${formatSeconds(tookMillis)}`);
      showWaiting('starting');
    },
    stopping(name) {
      waitingFor.clear();
      waitingFor.add(name);
      showWaiting('stopping');
    },
    stopped(name, tookMillis, wasKilled) {
      line(name, wasKilled ? style.bad(`killed after ${formatSeconds(tookMillis)}`) : 'stopped');
    },
  };
}

function tell(event: PartEvent, logDir: string, terminal: Terminal, stop: StopRequest): void {
  if (stop.isAsked()) return;
  const { name } = event.part;
  const say = (text: string) => terminal.line(`${clockTime()}  ${text}`);
  const { style } = terminal;
  switch (event.kind) {
    case 'died': {
      const again = `it starts again in ${formatSeconds(event.pauseMillis)}, the rest goes on.`;
      say(`${style.bad(`${name} ${event.how}`)}: ${again}`);
      const path = logPathOf(event.part, logDir);
      for (const line of lastLines(path, event.hasLastWord ? 1 : 0))
        say(`its last line in ${shownPath(path)}: ${line}`);
      break;
    }
    case 'back':
      say(`${name} is ${style.good('ready')} again, after ${formatSeconds(event.tookMillis)}.`);
      break;
    case 'too-slow':
      say(`${style.bad(`${name} runs again but is not ready`)}: ${event.last}.`);
      break;
    default:
      event satisfies never;
  }
}

function failureLines(
  { part, outcome, logPath }: Extract<StartOutcome, { kind: 'failed' }>,
  { style }: Terminal,
): readonly string[] {
  const tail = lastLines(logPath, TAIL_LINES).map((line) => `  ${line}`);
  return [
    style.bad(`${part.name} did not start: ${whyNot(part, outcome)}.`),
    ...(tail.length === 0
      ? [`It wrote nothing to ${shownPath(logPath)}.`]
      : [`The end of ${shownPath(logPath)}:`, ...tail]),
  ];
}

function whyNot(part: Part, outcome: Extract<StartOutcome, { kind: 'failed' }>['outcome']): string {
  switch (outcome.kind) {
    case 'ended':
      return `it ${outcome.how}`;
    case 'too-slow':
      return `after ${formatSeconds(part.readyMaxMillis)}, ${outcome.last}`;
    default:
      return outcome satisfies never;
  }
}

function clockTime(): string {
  return new Date().toTimeString().slice(0, 8);
}
