import { createSeededRandom, type Random } from '@emberscope/node-kit';
import { createKeptProfiles, type KeptProfiles } from './kept-profiles.ts';
import { createRolledUp, type RolledUp } from './rolled-up.ts';
import { drawFate, type SimFate } from './sim-fate.ts';
import { createSimMachine, type SimMachine } from './sim-machine.ts';
import { DATA_DIR, type SimStore, type SimSubject } from './sim-subject.ts';
import { type FoundProfile, takeStockOf } from './take-stock.ts';

/** A store on a machine, what it must hold, and how the disk is: what all that happens happens to. */
export type SimLife = {
  readonly fate: SimFate;
  /** For steps: stores and machines have luck of their own. */
  readonly random: Random;
  readonly machine: SimMachine;
  readonly kept: KeptProfiles;
  readonly rolledUp: RolledUp;
  readonly note: (text: string) => void;
  /** The one of the process that runs now. */
  readonly store: () => SimStore;
  /** Tenants and types of all that was ever pushed. */
  readonly pushedTypes: Set<string>;
  readonly nowMillis: () => number;
  /** Lets time go on until something is done. */
  until<T>(work: Promise<T>): Promise<T>;
  /** Whether a store may say no, or not be able to do its work. */
  mayFail(): boolean;
  readonly areFaultsOn: () => boolean;
  setFaults(isOn: boolean): void;
  /** Takes room on the disk, or gives it back when undefined. */
  fillDisk(freeBytes: number | undefined): Promise<void>;
  heal(): Promise<void>;
  /** Opens the next store without starting it. */
  reopen(): SimStore;
  /** Opens the next store and starts it: with luck, or else without bad luck. */
  start(isReopened: boolean): Promise<void>;
  /** Lets time go on until something is done on a disk that reads well. */
  undisturbed<T>(look: () => Promise<T>): Promise<T>;
  /** All that the store shows. */
  lookAtAll(): Promise<FoundProfile[]>;
  /** What the store shows is what is kept. */
  takeStock(isReopened: boolean): Promise<void>;
  /** Work that may fail while the disk does. */
  tolerated(running: Promise<unknown>): Promise<void>;
};

/** The disk of a simulated machine: plenty, until a step fills it. */
const CAPACITY_BYTES = 2 ** 40;
const START_TRIES = 3;
/** Work that failed waits a minute at most until it is tried again. */
const GRACE_MILLIS = 90_000;

export function createSimLife(
  seed: number,
  subject: SimSubject,
  note: (text: string) => void,
): SimLife {
  // Apart from each other, so that a store that draws once more changes neither steps nor luck.
  const random = createSeededRandom(seed * 4);
  const machine = createSimMachine({
    random: createSeededRandom(seed * 4 + 1),
    capacityBytes: CAPACITY_BYTES,
  });
  const storeRandom = createSeededRandom(seed * 4 + 2);
  const fate = drawFate(random);
  const { retentionMillis, retentionNanos, chances, shortness } = fate;
  const nowMillis = () => machine.clock().nowMillis();
  const kept = createKeptProfiles({ nowMillis, retentionNanos });
  const pushedTypes = new Set<string>();
  const rolledUp = createRolledUp();
  let store = openStore();
  let areFaultsOn = false;
  let isDiskFilled = false;
  /** On the clock of the process. */
  let graceEndMillis = 0;

  function openStore(): SimStore {
    return subject.open({
      fs: machine.fs(),
      clock: machine.clock(),
      random: storeRandom,
      dataDir: DATA_DIR,
      onEvent(message) {
        // No bytes are ever damaged here.
        if (message.includes('cannot be read, and is left out of merges')) rolledUp.noteGap();
      },
      retentionMillis,
    });
  }

  function mayFail(): boolean {
    return areFaultsOn || isDiskFilled || machine.clock().monotonicMillis() < graceEndMillis;
  }

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

  async function takeStock(isReopened: boolean): Promise<void> {
    kept.takeStock(await undisturbed(lookAtAll), isReopened);
  }

  async function undisturbed<T>(look: () => Promise<T>): Promise<T> {
    machine.setChances({});
    const found = await until(look());
    setFaults(areFaultsOn);
    return found;
  }

  /** At what was never pushed, the last look of a run is enough. */
  function lookAtAll(): Promise<FoundProfile[]> {
    return takeStockOf(store, (tenant, type) => pushedTypes.has(`${tenant} ${type.id}`));
  }

  return {
    ...{ fate, random, machine, kept, rolledUp, note, pushedTypes, nowMillis, until, mayFail },
    store: () => store,
    areFaultsOn: () => areFaultsOn,
    setFaults,
    async fillDisk(freeBytes) {
      if (isDiskFilled) beginGrace();
      isDiskFilled = freeBytes !== undefined;
      await until(freeBytes === undefined ? machine.emptyDisk() : machine.fillDisk(freeBytes));
    },
    heal,
    reopen() {
      store = openStore();
      return store;
    },
    start,
    undisturbed,
    lookAtAll,
    takeStock,
    async tolerated(running) {
      const couldFail = mayFail();
      await running.catch((error: unknown) => {
        if (!couldFail) throw error;
        note(`  failed: ${String(error)}`);
      });
    },
  };
}
