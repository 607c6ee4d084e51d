import type { Random } from '@emberscope/node-kit';
import type { PushOutcomes } from '../../push.ts';
import { between, isDrawn, pick } from './draw.ts';
import type { Flight } from './push-flights.ts';
import { beginDeletion } from './sim-deletions.ts';
import type { SimLife } from './sim-life.ts';
import { beginPushes } from './sim-pushes.ts';
import type { During, SimStep, Work } from './sim-steps.ts';

/** Goes down in the middle of something, or of nothing, and comes up again. */
export async function end(
  life: SimLife,
  { how, during, nth }: Extract<SimStep, { kind: 'end' }>,
): Promise<void> {
  const { machine, kept, random } = life;
  const isDown = machine.endAt(nth, how);
  const couldFail = life.mayFail();
  const pushes = during === 'pushes' ? beginPushes(life, between(random, 1, 3)) : [];
  const heard = new Map<Flight, PushOutcomes>();
  for (const { flight, outcomes } of pushes) {
    outcomes.then(
      (answered) => void heard.set(flight, answered),
      () => {},
    );
  }
  const deletion = during === 'deletion' ? beginDeletion(life) : undefined;
  const running = [
    ...pushes.map(({ outcomes }) => outcomes),
    deletion?.running,
    workOf(life, during),
  ];
  await life.until(Promise.race([isDown, Promise.allSettled(running)]));
  const wasCut = machine.fs().isDown();
  machine.end(how);
  life.note(
    `  ${wasCut ? 'in the middle' : 'when it was done'}; ${heard.size} of ${pushes.length} answers heard`,
  );
  for (const { flight } of pushes) {
    const answered = heard.get(flight);
    if (wasCut || answered === undefined) kept.lost(flight, answered);
    else kept.answered(flight, answered, couldFail);
  }
  kept.settle();
  if (deletion !== undefined) {
    if (deletion.isDone()) kept.deleted(deletion.asked);
    else kept.deletionLost(deletion.asked);
  }
  // It may go down again while it recovers.
  if (isDrawn(random, 0.2)) {
    const again = machine.endAt(mostlyEarly(random), how);
    await life.until(Promise.race([again, Promise.allSettled([life.reopen().start()])]));
    machine.end(how);
    life.note('  and again while it started');
  }
  await life.start(true);
}

/** What the timers of a store do, and the end of it. */
export function work(life: SimLife, which: Work): Promise<void> {
  return which === 'flush' ? life.store().flush() : life.store().runMaintenance();
}

function workOf(life: SimLife, during: During): Promise<unknown> {
  switch (during) {
    case 'flush':
    case 'maintenance':
      return work(life, during);
    case 'stop':
      return life.store().stop();
    case 'nothing':
    case 'pushes':
    case 'deletion':
      return Promise.resolve();
    default:
      return during satisfies never;
  }
}

function mostlyEarly(random: Random): number {
  return between(random, 1, pick(random, [5, 20, 60]));
}
