export { type Bench, measureBench, printBenchTable } from './bench.ts';
export { cpuMillisOf } from './cpu-time.ts';
export { corruptBytes, fuzzRuns } from './fuzz.ts';
export { fuzzParser, type ParseOutcome } from './fuzz-parser.ts';
export { fixtureFile, fixtureFiles, sharedFile, sharedFiles, sharedMissing } from './real-files.ts';
