import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceDir } from './tools.mjs';

/**
 * The recorded rounds of the real server on a corpus, in the shape that {@link runRound} returns, so
 * that what reads the one reads the other. Each has the calibration of its own moment.
 */
export function recordedRounds(corpusName) {
  const dir = join(referenceDir, corpusName);
  const read = (name) => JSON.parse(readFileSync(join(dir, `${name}.json`), 'utf8'));
  const numbers = readdirSync(dir).flatMap((file) => /^push-(\d+)\.json$/.exec(file)?.[1] ?? []);
  return numbers.map((number) => {
    const before = read(`calibration-before-${number}`).cpuMsMedian;
    const after = read(`calibration-after-${number}`).cpuMsMedian;
    return {
      server: 'recorded',
      corpus: corpusName,
      calibrationMs: (before + after) / 2,
      push: read(`push-${number}`),
      query: read(`query-${number}`),
      rest: read(`idle-${number}`),
    };
  });
}

/**
 * What the notes of the recordings say and no file holds: bytes a profile once the server has
 * deleted what it compacted away, which takes it a quarter of an hour and new data; and CPU of a push
 * at a low rate, the lowest that was seen.
 */
export const NOTED = {
  settledBytes: { typical: 4_100, heavy: 9_900 },
  lowRateCpuMs: { typical: 16 },
};
