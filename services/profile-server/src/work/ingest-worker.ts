import {
  type JobContext,
  poolWorkerData,
  serveJobs,
  systemClock,
} from '@emberscope/node-kit/worker';
import { PprofMemory } from '@emberscope/pprof';
import { prepareIngest } from '../ingest/prepare-ingest.ts';
import { preparePush, profilesIn } from '../ingest/prepare-push.ts';
import type { PushedProfile } from '../ingest/pushed-profile.ts';
import { readPush } from '../ingest/read-push.ts';
import { createIdleCollection } from './idle-collection.ts';
import type { IngestThreadOptions } from './ingest-pool.ts';
import type { IngestJobs } from './jobs.ts';
import { ownBuffer } from './own-buffer.ts';
import { buffersOf, giveBackProfiles, type PackedProfile, packProfile } from './packed-series.ts';
import { createSharedRing } from './shared-ring.ts';

/* The entry file of a thread that reads what agents send. */

// The door: what `startIngestPool` gives to its own workers.
const { ringBytes } = poolWorkerData() as IngestThreadOptions;
const ring = createSharedRing(ringBytes);
/** Whatever a job ends with: a body that was refused is as large as one that was read. */
const idle = createIdleCollection(systemClock);
/** Jobs come one at a time, and a profile is packed before its job ends. */
const memory = new PprofMemory();

serveJobs<IngestJobs>({
  preparePush({ message, maxBytes, limits, nowMillis, progress }, context) {
    idle.touch();
    const read = readPush(message, maxBytes, progress.doneProfiles > 0);
    if (read.kind !== 'read') return read;
    if (read.series.every(({ samples }) => samples.length === 0)) return { kind: 'nothing' };
    const piece = preparePush(read.series, limits, nowMillis, memory, progress);
    const profiles = packed(piece, context);
    if (progress.doneProfiles === profilesIn(read.series)) {
      return { kind: 'profiles', profiles, rest: undefined };
    }
    // Others have their turn, and the rest waits for its own behind them.
    const again = read.again();
    context.transfer(...ownBuffer(again.bytes));
    return { kind: 'profiles', profiles, rest: { message: again, progress } };
  },
  async prepareIngest({ params, contentType, body, limits, nowMillis }, context) {
    idle.touch();
    const prepared = await prepareIngest(params, contentType, body, limits, nowMillis, memory);
    if (prepared.kind !== 'profiles') return prepared;
    return { kind: 'profiles', profiles: packed(prepared.profiles, context) };
  },
  async prepareExport({ message, maxBytes, limits, nowMillis }, context) {
    idle.touch();
    // Where nobody speaks OTLP, no thread takes the time to load it.
    const { prepareExport, readExport } = await import('../ingest/otlp/index.ts');
    const read = readExport(message, maxBytes);
    if (read.kind !== 'read') return read;
    const prepared = prepareExport(read.request, limits, nowMillis, memory);
    if (prepared.kind !== 'profiles') return prepared;
    return { ...prepared, profiles: packed(prepared.profiles, context) };
  },
});

/** Each before the next is asked for: it may lie in memory that the next will lie in. */
function packed(profiles: Iterable<PushedProfile>, context: JobContext): readonly PackedProfile[] {
  const all: PackedProfile[] = [];
  try {
    for (const profile of profiles) all.push(packProfile(profile, ring));
  } catch (error) {
    giveBackProfiles(all);
    throw error;
  }
  context.transfer(...buffersOf(all));
  context.onUnsent(() => giveBackProfiles(all));
  return all;
}
