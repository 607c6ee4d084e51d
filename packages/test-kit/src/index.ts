export { type Bench, measureBench, printBenchTable } from './bench.ts';
export { collectGarbage } from './collect-garbage.ts';
export { cpuMillisOf } from './cpu-time.ts';
export { damagedCopy } from './damaged-copy.ts';
export { corruptBytes, fuzzRuns, PARSER_RUNS } from './fuzz.ts';
export { fuzzParser, type Parse, type ParseOutcome, reasonOf } from './fuzz-parser.ts';
export { fixtureFile, fixtureFiles, sharedFile, sharedFiles, sharedMissing } from './real-files.ts';
