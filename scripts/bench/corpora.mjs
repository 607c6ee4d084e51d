import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './tools.mjs';

/** The moment at which the recorded corpora end: the same seed and end give the same bytes. */
const END = '2026-11-22T12:00:00Z';

/**
 * What is pushed, with the parameters that the recorded figures were taken with. `lowRate` and
 * `wide` say whether a corpus also measures a push at a low rate, and one at a high concurrency.
 */
export const CORPORA = {
  typical: {
    args: ['--workload', 'typical', '--period', '180'],
    isReference: true,
    lowRate: true,
    wide: true,
  },
  heavy: {
    args: ['--workload', 'heavy', '--hours', '1', '--period', '30'],
    isReference: true,
    wide: true,
  },
  week: { args: ['--workload', 'week', '--period', '1200'], isReference: true },
  tiny: { args: ['--workload', 'tiny'], isReference: false },
};

/** The corpus of a name as a file in `cacheDir`, generated when it is not there yet. */
export async function corpusFile(name, cacheDir) {
  const { args } = CORPORA[name];
  mkdirSync(cacheDir, { recursive: true });
  // Named by its parameters, so that a change of them cannot find an older corpus.
  const words = [...args.slice(1), END].map((word) => word.replaceAll(/[^\w]/g, ''));
  const file = join(cacheDir, `${words.filter(Boolean).join('-')}.corpus`);
  if (!existsSync(file)) {
    process.stdout.write(`making the corpus ${name} …\n`);
    const partFile = `${file}.${process.pid}.part`;
    await runTool('generate', [...args, '--end', END, '--out', partFile]);
    renameSync(`${partFile}.json`, `${file}.json`);
    renameSync(partFile, file);
  }
  return file;
}

/** What the generator says about a corpus: its range, its series, its exact totals. */
export function corpusFacts(file) {
  return JSON.parse(readFileSync(`${file}.json`, 'utf8'));
}
