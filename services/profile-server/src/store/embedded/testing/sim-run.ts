import assert from 'node:assert/strict';
import { LABEL, labelValue } from '@emberscope/labels';
import {
  type Clock,
  createSeededRandom,
  type Fs,
  type Random,
  type SimFaultChances,
} from '@emberscope/node-kit';
import type { ProfileStore } from '../../profile-store.ts';
import type { PushOutcomes } from '../../push.ts';
import { createBruteForceStore } from '../../testing/brute-force-store.ts';
import { between, isDrawn, pick } from './draw.ts';
import { type DrawnPush, drawPush, PROFILE_TYPES, TENANTS } from './drawn-pushes.ts';
import { drawMatchers, drawQuestion, EVERYTHING } from './drawn-questions.ts';
import { createKeptProfiles, type Flight } from './kept-profiles.ts';
import { createSimMachine } from './sim-machine.ts';
import { type During, drawSteps, type SimStep, textOfStep, type Work } from './sim-steps.ts';
import { takeStockOf } from './take-stock.ts';

/** A store under test: what an owner holds, and the work of its timers by hand. */
export type SimStore = ProfileStore & {
  flush(): Promise<void>;
  runMaintenance(): Promise<void>;
};

export type SimStoreOptions = {
  readonly fs: Fs;
  readonly clock: Clock;
  readonly random: Random;
  readonly dataDir: string;
  /** For ever when left out. */
  readonly retentionMillis: number | undefined;
};

export type SimSubject = {
  open(options: SimStoreOptions): SimStore;
  /**
   * What is wrong with the files of a store that has been stopped: one sentence each. Files may
   * wait to be unlinked, but where it `isTidy`: just started, or a while after its last work.
   */
  faultsOf(fs: Fs, dataDir: string, isTidy: boolean): Promise<readonly string[]>;
  /** A number that grows whenever the store, which may run, has other files than before. */
  versionOf(fs: Fs, dataDir: string): Promise<number>;
};

export const DATA_DIR = '/data';
/** The disk of a simulated machine: plenty, until a step fills it. */
const CAPACITY_BYTES = 2 ** 40;
const START_TRIES = 3;
const HEAL_TRIES = 30;
const HEAL_WAIT_MILLIS = 10_000;
/** Work that failed waits a minute at most until it is tried again. */
const GRACE_MILLIS = 90_000;
const DAY_MILLIS = 86_400_000;
/** All that is due is done: a merge a second, and what waited for a clock that had jumped. */
const WORK_MILLIS = 30_000;
/** What no manifest names any more is there for two minutes, for who reads it. */
const TIDY_MILLIS = 121_000;
/** At midnight a day may go in the middle of that, and another wait begins. More is no accident. */
const TIDY_TRIES = 3;

/**
 * One life of a store on a machine that the seed draws: steps, faults, crashes. Rejects with what
 * went wrong, the steps up to there, and how to see it again.
 *
 * - Acknowledged profiles are there, once and whole, after whatever happened; refused ones are not.
 * - Every answer is the plain store's.
 * - Nothing older than the retention is seen, and nothing younger is missing, to the millisecond.
 * - No promise stays pending while time goes on.
 * - The files of a stopped store are those that it says it has, and on a good disk there are no others
 *   once time has passed.
 * - Once the disk is well, pushes are taken.
 */
export async function simulate(seed: number, subject: SimSubject): Promise<void> {
  const steps: string[] = [];
  try {
    await createRun(seed, subject, (text) => void steps.push(text))();
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const list = steps.map((text, i) => `  ${i + 1}. ${text}`).join('\n');
    throw new Error(
      `seed ${seed}: ${reason}\nafter the steps\n${list}\nagain: EMBERSCOPE_SIM_SEED=${seed}`,
    );
  }
}

function createRun(seed: number, subject: SimSubject, note: (text: string) => void) {
  // Apart from each other, so that a store that draws once more changes neither steps nor luck.
  const random = createSeededRandom(seed * 4);
  const machine = createSimMachine({
    random: createSeededRandom(seed * 4 + 1),
    capacityBytes: CAPACITY_BYTES,
  });
  const storeRandom = createSeededRandom(seed * 4 + 2);
  const retentionMillis = pick(random, [undefined, undefined, 2 * DAY_MILLIS, 7 * DAY_MILLIS]);
  const retentionNanos =
    retentionMillis === undefined ? undefined : BigInt(retentionMillis) * 1_000_000n;
  const hasFaults = isDrawn(random, 0.4);
  const fillsDisk = isDrawn(random, 0.2);
  const growsDictionaries = isDrawn(random, 0.5);
  const chances = drawChances(random);
  const shortness = drawShortness(random);
  const nowMillis = () => machine.clock().nowMillis();
  const kept = createKeptProfiles({ nowMillis, retentionNanos });
  const plain = () =>
    createBruteForceStore({
      nowMillis,
      ...(retentionNanos === undefined ? {} : { retentionNanos }),
      stored: kept.visible(),
    });
  let store = openStore();
  let areFaultsOn = false;
  let isDiskFilled = false;
  /** Tenants and types of all that was ever pushed. */
  const pushedTypes = new Set<string>();
  /** On the clock of the process. */
  let graceEndMillis = 0;

  function openStore(): SimStore {
    return subject.open({
      fs: machine.fs(),
      clock: machine.clock(),
      random: storeRandom,
      dataDir: DATA_DIR,
      retentionMillis,
    });
  }

  /** Whether a store may say no, or not be able to do its work. */
  const mayFail = () =>
    areFaultsOn || isDiskFilled || machine.clock().monotonicMillis() < graceEndMillis;

  /** A store looks now and then whether the disk is well again. */
  function beginGrace(): void {
    graceEndMillis = machine.clock().monotonicMillis() + GRACE_MILLIS;
  }

  const until = <T>(work: Promise<T>): Promise<T> => machine.clock().runUntil(work);

  function setFaults(isOn: boolean): void {
    if (areFaultsOn && !isOn) beginGrace();
    areFaultsOn = isOn;
    machine.setChances(isOn ? { ...chances, ...shortness } : shortness);
  }

  /** With luck, or else without bad luck. */
  async function start(isReopened: boolean): Promise<void> {
    for (let left = START_TRIES; ; left--) {
      if (left === 0) await heal();
      store = openStore();
      graceEndMillis = 0;
      try {
        await until(store.start());
        break;
      } catch (error) {
        if (!mayFail()) throw error;
        note(`  start failed: ${String(error)}`);
        machine.next();
      }
    }
    await takeStock(isReopened);
  }

  async function heal(): Promise<void> {
    setFaults(false);
    isDiskFilled = false;
    await until(machine.emptyDisk());
  }

  /** What the store shows is what is kept. Looks with a disk that reads well. */
  async function takeStock(isReopened: boolean): Promise<void> {
    machine.setChances({});
    const found = await until(lookAtAll());
    kept.takeStock(found, isReopened);
    setFaults(areFaultsOn);
  }

  /** At what was never pushed, the last look of a run is enough. */
  function lookAtAll() {
    return takeStockOf(store, (tenant, type) => pushedTypes.has(`${tenant} ${type.id}`));
  }

  function noteTypes({ tenant, series }: DrawnPush): void {
    for (const { labels, profiles } of series) {
      const name = labelValue(labels, LABEL.profileName);
      for (const { profile } of profiles) {
        const { periodType, sampleTypes } = profile;
        const period = `${periodType?.type ?? ''}:${periodType?.unit ?? ''}`;
        for (const { type, unit } of sampleTypes) {
          pushedTypes.add(`${tenant} ${name}:${type}:${unit}:${period}`);
        }
      }
    }
  }

  function beginPushes(count: number) {
    return Array.from({ length: count }, () => {
      const world = { random, nowMillis: nowMillis(), retentionNanos, growsDictionaries };
      const push = drawPush(world);
      noteTypes(push);
      const flight = kept.begin(push);
      const outcomes = store.push(flight.push.tenant, flight.push.series);
      return { flight, outcomes };
    });
  }

  async function push(count: number, beside?: Promise<unknown>): Promise<void> {
    const couldFail = mayFail();
    const begun = beginPushes(count);
    await until(Promise.all([...begun.map(({ outcomes }) => outcomes), beside]));
    for (const { flight, outcomes } of begun) {
      const answered = await outcomes;
      note(`  ${textOfOutcomes(flight, answered)}`);
      kept.answered(flight, answered, couldFail);
    }
    kept.settle();
    if (kept.hasOpenTimes()) await takeStock(false);
  }

  async function ask(count: number, beside?: Promise<unknown>): Promise<void> {
    const asked = Array.from({ length: count }, async () => {
      const world = { random, nowMillis: nowMillis(), profiles: kept.visible() };
      const question = drawQuestion(world);
      const expected = await question.ask(plain());
      const answer = await question.ask(store);
      return { question, expected, answer };
    });
    const [answers] = await until(Promise.all([Promise.all(asked), beside]));
    for (const { question, expected, answer } of answers) {
      if (!answer.ok && areFaultsOn) continue;
      assert.deepEqual(answer, expected, `an answer is wrong: ${question.text}`);
    }
  }

  function work(which: Work): Promise<void> {
    return which === 'flush' ? store.flush() : store.runMaintenance();
  }

  /** Work that may fail while the disk does. */
  async function tolerated(running: Promise<unknown>): Promise<void> {
    const couldFail = mayFail();
    await running.catch((error: unknown) => {
      if (!couldFail) throw error;
      note(`  failed: ${String(error)}`);
    });
  }

  async function deleteSomething(): Promise<void> {
    const deletion = kept.beginDeletion({
      tenants: [pick(random, TENANTS)],
      range: EVERYTHING,
      matchers: drawMatchers(random),
    });
    const couldFail = mayFail();
    const answer = await until(store.deleteSeries(deletion.selection));
    if (answer.ok) {
      kept.deleted(deletion);
      return;
    }
    if (!couldFail) throw new Error(`a deletion failed: ${answer.error.reason}`);
    note(`  failed: ${answer.error.reason}`);
    kept.deletionLost(deletion);
    await takeStock(false);
  }

  async function restart(): Promise<void> {
    await until(tolerated(store.stop()));
    machine.next();
    await start(true);
  }

  /** Goes down in the middle of something, or of nothing. */
  async function end({ how, during, nth }: Extract<SimStep, { kind: 'end' }>): Promise<void> {
    const isDown = machine.endAt(nth, how);
    const couldFail = mayFail();
    const pushes = during === 'pushes' ? beginPushes(between(random, 1, 3)) : [];
    const heard = new Map<Flight, PushOutcomes>();
    for (const { flight, outcomes } of pushes) {
      outcomes.then(
        (answered) => void heard.set(flight, answered),
        () => {},
      );
    }
    const deletion = during === 'deletion' ? beginDeletion() : undefined;
    const running = [
      ...pushes.map(({ outcomes }) => outcomes),
      ...(deletion?.work ?? []),
      workOf(during),
    ];
    await until(Promise.race([isDown, Promise.allSettled(running)]));
    const wasCut = machine.fs().isDown();
    machine.end(how);
    note(
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
      store = openStore();
      await until(Promise.race([again, Promise.allSettled([store.start()])]));
      machine.end(how);
      note('  and again while it started');
    }
    await start(true);
  }

  function beginDeletion() {
    const asked = kept.beginDeletion({
      tenants: [pick(random, TENANTS)],
      range: EVERYTHING,
      matchers: drawMatchers(random),
    });
    let isDone = false;
    const running = store.deleteSeries(asked.selection).then(({ ok }) => {
      isDone = ok;
    });
    return { asked, work: [running], isDone: () => isDone };
  }

  function workOf(during: During): Promise<unknown> {
    switch (during) {
      case 'flush':
      case 'maintenance':
        return work(during);
      case 'stop':
        return store.stop();
      case 'nothing':
      case 'pushes':
      case 'deletion':
        return Promise.resolve();
      default:
        return during satisfies never;
    }
  }

  async function jump(millis: number): Promise<void> {
    if (millis < 0 && !kept.mayJumpBack()) return;
    kept.noteTime();
    machine.clock().jumpWall(millis);
    kept.noteTime();
    if (millis < 0) {
      machine.setChances({});
      kept.forgetWhatMayBeGone(await until(lookAtAll()));
      setFaults(areFaultsOn);
    }
  }

  async function take(step: SimStep): Promise<void> {
    note(textOfStep(step));
    switch (step.kind) {
      case 'push':
        return push(step.count);
      case 'ask':
        return ask(step.count);
      case 'work': {
        const running = tolerated(work(step.work));
        return step.beside === 'pushes' ? push(2, running) : ask(2, running);
      }
      case 'wait':
        return machine.clock().advance(step.millis);
      case 'jump':
        return jump(step.millis);
      case 'delete':
        return deleteSomething();
      case 'restart':
        return restart();
      case 'end':
        return end(step);
      case 'faults':
        setFaults(step.isOn);
        return;
      case 'disk':
        if (isDiskFilled) beginGrace();
        isDiskFilled = step.freeBytes !== undefined;
        return until(
          step.freeBytes === undefined ? machine.emptyDisk() : machine.fillDisk(step.freeBytes),
        );
      default:
        return step satisfies never;
    }
  }

  /** The disk is well: after a while, everything must be. */
  async function checkHealed(): Promise<void> {
    note('heal');
    await heal();
    for (let left = HEAL_TRIES; ; left--) {
      const begun = beginPushes(1);
      const flight = begun[0]?.flight;
      const outcomes = await until(begun[0]?.outcomes ?? Promise.resolve([]));
      if (flight !== undefined) kept.answered(flight, outcomes, left > 1);
      kept.settle();
      const isUnavailable = outcomes
        .flat()
        .some((outcome) => outcome.kind === 'refused' && outcome.refusal.kind === 'store');
      if (!isUnavailable) break;
      await machine.clock().advance(HEAL_WAIT_MILLIS);
    }
    await takeStock(false);
    for (const tenant of TENANTS)
      for (const { id } of PROFILE_TYPES) pushedTypes.add(`${tenant} ${id}`);
    await ask(1);
    await until(store.flush());
    await ask(1);
    await until(store.runMaintenance());
    await ask(1);
    // What a disk refuses to take away stays until the next start.
    const isTidy = !hasFaults;
    if (isTidy) await waitUntilTidy();
    await until(store.stop());
    await checkFiles(isTidy);
    machine.next();
    await start(true);
    await ask(1);
    await until(store.stop());
    await checkFiles(true);
  }

  /** Waits as long as files may be there that the store does not have any more. */
  async function waitUntilTidy(): Promise<void> {
    const version = () => until(subject.versionOf(machine.fs(), DATA_DIR));
    await machine.clock().advance(WORK_MILLIS);
    for (let left = TIDY_TRIES; left > 0; left--) {
      const before = await version();
      await machine.clock().advance(TIDY_MILLIS);
      if ((await version()) === before) return;
    }
    assert.fail('a store that is left alone goes on changing what it has');
  }

  async function checkFiles(isTidy: boolean): Promise<void> {
    const faults = await until(subject.faultsOf(machine.fs(), DATA_DIR, isTidy));
    assert.deepEqual(faults, [], 'the files are not in order');
  }

  return async () => {
    note(
      `a machine ${hasFaults ? 'with an unreliable disk' : 'with a good disk'}, retention ${retentionMillis} ms`,
    );
    setFaults(false);
    await start(true);
    for (const step of drawSteps(random, { hasFaults, fillsDisk })) await take(step);
    await checkHealed();
  };
}

function mostlyEarly(random: Random): number {
  return between(random, 1, pick(random, [5, 20, 60]));
}

/** That less is written or read than was asked for is no fault, and every disk may do it. */
function drawShortness(random: Random): Partial<SimFaultChances> {
  return pick(random, [{}, { shortWrite: 0.1 }, { shortWrite: 0.3, shortRead: 0.3 }]);
}

function drawChances(random: Random): Partial<SimFaultChances> {
  const some = (most: number) => (isDrawn(random, 0.5) ? random.float() * most : 0);
  return {
    noSpace: some(0.05),
    writeError: some(0.05),
    syncError: some(0.1),
    slowSync: some(0.2),
  };
}

function textOfOutcomes({ number }: Flight, outcomes: PushOutcomes): string {
  const kinds = outcomes.map((ofSeries) =>
    ofSeries
      .map((outcome) =>
        outcome.kind === 'refused'
          ? `refused (${outcome.refusal.kind === 'store' ? outcome.refusal.error.reason : outcome.refusal.kind})`
          : outcome.kind,
      )
      .join(', '),
  );
  return `push ${number}: ${kinds.join(' | ')}`;
}
