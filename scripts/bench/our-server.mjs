import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startMeasured } from './server-process.mjs';
import { projectDir } from './tools.mjs';

const MAIN = join(projectDir, 'services/profile-server/dist/main.js');

/** The corpora end at a fixed date, and are pushed as fast as they are taken. */
const FLAGS = [
  '-retention-period=0',
  '-validation.reject-older-than=0',
  '-validation.reject-newer-than=0',
  '-querier.max-query-length=0',
  '-querier.max-query-lookback=0',
  '-distributor.ingestion-rate-limit-mb=0',
  '-log.level=error',
];

/** As its image is started. */
const NODE_FLAGS = ['--max-semi-space-size=4'];
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };

/** What the largest corpus takes in memory, for the store that keeps all of it there. */
const MEMORY_LIMIT = '4GiB';

/** Our server under test. `keepsNothing` while its store lives in memory alone. */
export function ourServer() {
  const help = spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' }).stdout;
  const keepsNothing = help.includes('store.memory-limit');
  const memory = keepsNothing ? ['--store.memory-limit', MEMORY_LIMIT] : [];
  return {
    name: 'ours',
    keepsNothing,
    /** Ours is settled when its directory stops changing. */
    settle: 'quiet',
    start: (dataDir, port) =>
      startMeasured(
        [
          ...[process.execPath, ...NODE_FLAGS, MAIN],
          ...['--listen', `127.0.0.1:${port}`, '--data-dir', dataDir],
          ...memory,
          ...FLAGS,
        ],
        port,
        { environment: ENVIRONMENT },
      ),
    dirOf: (dataDir) => dataDir,
    hasTurnMetric: true,
  };
}
