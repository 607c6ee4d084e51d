import assert from 'node:assert/strict';
import { PROFILE_TYPES, TENANTS } from './drawn-pushes.ts';
import type { SimLife } from './sim-life.ts';
import { beginPushes } from './sim-pushes.ts';
import { ask } from './sim-questions.ts';
import { checkAllRolledUp, checkRollups } from './sim-rollups.ts';
import { DATA_DIR, type SimSubject } from './sim-subject.ts';

const HEAL_TRIES = 30;
const HEAL_WAIT_MILLIS = 10_000;
/** To the next midnight, and the hours that pass until a day is merged. */
const DAYS_END_MILLIS = 27 * 3_600_000;
/** All that is due is done: a merge a second, and what waited for a clock that had jumped. */
const WORK_MILLIS = 30_000;
/** What no manifest names any more is there for two minutes, for who reads it. */
const TIDY_MILLIS = 121_000;
/** At midnight a day may go in the middle of that, and another wait begins. More is no accident. */
const TIDY_TRIES = 3;

/** The end of a life: the disk is well, and after a while everything must be. */
export async function checkHealed(life: SimLife, subject: SimSubject): Promise<void> {
  const { note, until, machine, pushedTypes } = life;
  note('heal');
  await life.heal();
  await waitUntilTaken(life);
  await life.takeStock(false);
  for (const tenant of TENANTS)
    for (const { id } of PROFILE_TYPES) pushedTypes.add(`${tenant} ${id}`);
  await ask(life, 1);
  await until(life.store().flush());
  await ask(life, 1);
  await until(life.store().runMaintenance());
  await ask(life, 1);
  // What a disk refuses to take away stays until the next start.
  const isTidy = !life.fate.hasFaults;
  if (isTidy) await checkDaysEnd(life, subject);
  await until(life.store().stop());
  await checkFiles(life, subject, isTidy);
  machine.next();
  await life.start(true);
  await life.undisturbed(() => checkRollups(life));
  // Nor does it know any more what it could not read.
  if (!isTidy) await checkDaysEnd(life, subject);
  await ask(life, 1);
  await until(life.store().stop());
  await checkFiles(life, subject, true);
}

/** When all that was pushed but for tomorrow is of a day that is over, all of it is in roll-ups. */
async function checkDaysEnd(life: SimLife, subject: SimSubject): Promise<void> {
  life.machine.clock().jumpWall(DAYS_END_MILLIS);
  life.kept.noteTime();
  await waitUntilTidy(life, subject);
  await life.undisturbed(() => checkAllRolledUp(life));
}

/** Pushes until it is not the disk that says no. */
async function waitUntilTaken(life: SimLife): Promise<void> {
  const { kept } = life;
  for (let left = HEAL_TRIES; ; left--) {
    const begun = beginPushes(life, 1);
    const flight = begun[0]?.flight;
    const outcomes = await life.until(begun[0]?.outcomes ?? Promise.resolve([]));
    if (flight !== undefined) kept.answered(flight, outcomes, left > 1);
    kept.settle();
    const isUnavailable = outcomes
      .flat()
      .some((outcome) => outcome.kind === 'refused' && outcome.refusal.kind === 'store');
    if (!isUnavailable) return;
    await life.machine.clock().advance(HEAL_WAIT_MILLIS);
  }
}

/** Waits as long as files may be there that the store does not have any more. */
async function waitUntilTidy({ machine, until }: SimLife, subject: SimSubject): Promise<void> {
  const version = () => until(subject.versionOf(machine.fs(), DATA_DIR));
  await machine.clock().advance(WORK_MILLIS);
  for (let left = TIDY_TRIES; left > 0; left--) {
    const before = await version();
    await machine.clock().advance(TIDY_MILLIS);
    if ((await version()) === before) return;
  }
  assert.fail('a store that is left alone goes on changing what it has');
}

async function checkFiles(
  { machine, until }: SimLife,
  subject: SimSubject,
  isTidy: boolean,
): Promise<void> {
  const faults = await until(subject.faultsOf(machine.fs(), DATA_DIR, isTidy));
  assert.deepEqual(faults, [], 'the files are not in order');
}
