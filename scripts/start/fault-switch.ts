import { demoWorker, type PartsInput, USUAL_FAULT } from './parts.ts';
import type { Pipeline } from './pipeline.ts';
import type { Terminal } from './terminal.ts';

export type FaultSwitch = {
  /** Makes demo-worker sick when it is well, and well when it is sick. */
  press(): void;
};

/** The demo reads its fault when it starts, so the switch starts it again. */
export function createFaultSwitch(
  input: PartsInput,
  pipeline: Pipeline,
  terminal: Terminal,
): FaultSwitch {
  let fault = input.options.fault;
  let isSwitching = false;

  async function toggle(): Promise<void> {
    const next = fault === undefined ? (input.options.fault ?? USUAL_FAULT) : undefined;
    terminal.line(
      next === undefined
        ? 'demo-worker starts again without its fault.'
        : `demo-worker starts again with the fault ${next}.`,
    );
    const outcome = await pipeline.replace(demoWorker(input, next));
    fault = next;
    if (outcome.kind === 'too-slow') terminal.line(`demo-worker is not ready: ${outcome.last}.`);
    // An end is told by whoever starts it again.
    if (outcome.kind !== 'ready') return;
    const state = next === undefined ? 'well' : 'sick';
    terminal.line(`demo-worker is ready and ${state}: its flame graph shows it within 20 s.`);
  }

  return {
    press() {
      if (isSwitching) return;
      isSwitching = true;
      void toggle().finally(() => {
        isSwitching = false;
      });
    },
  };
}
