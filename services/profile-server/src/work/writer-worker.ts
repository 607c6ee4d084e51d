import {
  nodeFs,
  poolWorkerData,
  serveJobs,
  systemClock,
  systemRandom,
} from '@emberscope/node-kit/worker';
import { lockFile } from '../libc/file-lock.ts';
import { systemLockHost } from '../store/embedded/manifest/lock-host.ts';
import type { StoreEvent } from '../store/embedded/writer/store-event.ts';
import { createStoreWriter } from '../store/embedded/writer/store-writer.ts';
import { createIdleCollection } from './idle-collection.ts';
import type { PushInput, PushOutput, Started, WriterJobs } from './jobs.ts';
import { createMaintenance } from './maintenance-threads.ts';
import { pushPacked } from './push-packed.ts';
import type { WriterOptions } from './store-threads.ts';

/* The entry file of the thread that writes the store. */

// The door: what `startStoreThreads` gives to its own worker.
const options = poolWorkerData() as WriterOptions;
/** More would be the same again and again; a report comes every few seconds. */
const MAX_EVENTS = 100;
let events: StoreEvent[] = [];
const maintenance = createMaintenance(systemClock);
const idle = createIdleCollection(systemClock, 2);
const writer = createStoreWriter({
  ...options,
  fs: nodeFs,
  clock: systemClock,
  random: systemRandom,
  lockHost: { ...systemLockHost, hold: lockFile },
  maintenance,
  log(event) {
    if (events.length < MAX_EVENTS) events.push(event);
  },
  onLetGo: idle.touch,
});
let started = start();

async function start(): Promise<Started> {
  try {
    await writer.start();
    return { ok: true, view: writer.view(), events: takeEvents() };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function takeEvents(): readonly StoreEvent[] {
  const taken = events;
  events = [];
  return taken;
}

/**
 * A thread in the place of one that died opens the store by itself, and tries again with each job
 * when that failed: what was in the way may have gone.
 */
async function whenStarted(): Promise<void> {
  let outcome = await started;
  if (!outcome.ok) {
    started = start();
    outcome = await started;
  }
  if (!outcome.ok) throw new Error(outcome.reason);
}

async function push(input: PushInput): Promise<PushOutput | string> {
  try {
    return await pushPacked(writer.push, input);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

serveJobs<WriterJobs>({
  start: () => started,
  async push(pushes) {
    await whenStarted();
    idle.touch();
    const outcomes = await Promise.all(pushes.map(push));
    return { outcomes, view: writer.view() };
  },
  async stats() {
    await whenStarted();
    return { stats: writer.stats(), view: writer.view(), events: takeEvents() };
  },
  async stop() {
    const outcome = await started;
    if (outcome.ok) await writer.stop();
    await maintenance.close();
  },
});
