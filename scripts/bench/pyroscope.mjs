import { join } from 'node:path';
import { startMeasured } from './server-process.mjs';

/**
 * A real Pyroscope under test: v2 alone, on the file system, without limits that would refuse old
 * profiles, and ready as soon as it can be. These are the flags of the recorded figures. What it
 * keeps beside its objects goes to where it runs; its other ports are its own choice.
 */
export function pyroscopeServer(program) {
  return {
    name: 'pyroscope',
    keepsNothing: false,
    settle: 'fixed',
    start: (dataDir, port) =>
      startMeasured(
        [
          program,
          '-target=all',
          '-architecture.storage=v2',
          '-write-path=segment-writer',
          `-server.http-listen-port=${port}`,
          '-storage.backend=filesystem',
          `-storage.filesystem.dir=${join(dataDir, 'objects')}`,
          '-distributor.ingestion-rate-limit-mb=100000',
          '-distributor.ingestion-burst-size-mb=100000',
          '-validation.reject-older-than=0',
          '-validation.reject-newer-than=0',
          '-querier.max-query-lookback=0',
          '-querier.max-query-length=0',
          '-segment-writer.min-ready-duration=0s',
          '-metastore.min-ready-duration=0s',
          '-self-profiling.disable-push=true',
          '-usage-stats.enabled=false',
        ],
        port,
        { cwd: dataDir },
      ),
    /** Objects alone: the Raft log takes 64 MB before there is anything in it. */
    dirOf: (dataDir) => join(dataDir, 'objects'),
    hasTurnMetric: false,
  };
}
