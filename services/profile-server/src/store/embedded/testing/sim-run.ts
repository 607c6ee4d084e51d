import { deleteSomething } from './sim-deletions.ts';
import { end, work } from './sim-ending.ts';
import { checkHealed } from './sim-healing.ts';
import { createSimLife, type SimLife } from './sim-life.ts';
import { push } from './sim-pushes.ts';
import { ask } from './sim-questions.ts';
import { checkRollups } from './sim-rollups.ts';
import { drawSteps, type SimStep, textOfStep } from './sim-steps.ts';
import type { SimSubject } from './sim-subject.ts';

/**
 * One life of a store on a machine that the seed draws: steps, faults, crashes. Rejects with what
 * went wrong, the steps up to there, and how to see it again.
 *
 * - Acknowledged profiles are there, once and whole, after whatever happened; refused ones are not.
 * - Every answer is the plain store's.
 * - Nothing older than the retention is seen, and nothing younger is missing, to the millisecond.
 * - Roll-ups say what profiles of theirs add up to, those of past days for ever: see `rolled-up.ts`.
 * - No promise stays pending while time goes on.
 * - The files of a stopped store are those that it says it has, and on a good disk there are no others
 *   once time has passed.
 * - Once the disk is well, pushes are taken.
 */
export async function simulate(seed: number, subject: SimSubject): Promise<void> {
  const steps: string[] = [];
  try {
    await live(
      createSimLife(seed, subject, (text) => void steps.push(text)),
      subject,
    );
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const list = steps.map((text, i) => `  ${i + 1}. ${text}`).join('\n');
    throw new Error(
      `seed ${seed}: ${reason}\nafter the steps\n${list}\nagain: EMBERSCOPE_SIM_SEED=${seed}`,
    );
  }
}

async function live(life: SimLife, subject: SimSubject): Promise<void> {
  const { fate, random } = life;
  const disk = fate.hasFaults ? 'an unreliable disk' : 'a good disk';
  life.note(`a machine with ${disk}, retention ${fate.retentionMillis} ms`);
  life.setFaults(false);
  await life.start(true);
  for (const step of drawSteps(random, fate)) {
    await take(life, step);
    await life.undisturbed(() => checkRollups(life));
  }
  await checkHealed(life, subject);
}

async function take(life: SimLife, step: SimStep): Promise<void> {
  life.note(textOfStep(step));
  switch (step.kind) {
    case 'push':
      return push(life, step.count);
    case 'ask':
      return ask(life, step.count);
    case 'work': {
      const running = life.tolerated(work(life, step.work));
      return step.beside === 'pushes' ? push(life, 2, running) : ask(life, 2, running);
    }
    case 'wait':
      return life.machine.clock().advance(step.millis);
    case 'jump':
      return jump(life, step.millis);
    case 'delete':
      return deleteSomething(life);
    case 'restart':
      return restart(life);
    case 'end':
      return end(life, step);
    case 'faults':
      life.setFaults(step.isOn);
      return;
    case 'disk':
      return life.fillDisk(step.freeBytes);
    default:
      return step satisfies never;
  }
}

async function restart(life: SimLife): Promise<void> {
  await life.until(life.tolerated(life.store().stop()));
  life.machine.next();
  await life.start(true);
}

async function jump(
  { kept, machine, undisturbed, lookAtAll }: SimLife,
  millis: number,
): Promise<void> {
  if (millis < 0 && !kept.mayJumpBack()) return;
  kept.noteTime();
  machine.clock().jumpWall(millis);
  kept.noteTime();
  if (millis < 0) kept.forgetWhatMayBeGone(await undisturbed(lookAtAll));
}
