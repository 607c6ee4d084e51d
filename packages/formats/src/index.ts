export { type DetectedFormat, detectFormat } from './detect-format.ts';
export type { ReadProfile } from './read-answer.ts';
export { readCpuProfile } from './read-cpuprofile.ts';
export {
  type FlamebearerMetadata,
  type ReadFlamebearer,
  readFlamebearer,
} from './read-flamebearer.ts';
export { readGroups } from './read-groups.ts';
export { readHeapProfile } from './read-heapprofile.ts';
export { readLines } from './read-lines.ts';
export { looksLikePerfScript, readPerfScript } from './read-perf-script.ts';
export { type NamedProfile, type ReadSpeedscope, readSpeedscope } from './read-speedscope.ts';
export { readTree } from './read-tree.ts';
export { readTrie } from './read-trie.ts';
export {
  type ParsedSpeedscope,
  parseSpeedscope,
  type SpeedscopeFile,
  type SpeedscopeFrame,
  type SpeedscopeProfile,
  type SpeedscopeSegment,
  type SpeedscopeUnit,
} from './speedscope-file.ts';
export { writeCpuProfile } from './write-cpuprofile.ts';
export { writeHeapProfile } from './write-heapprofile.ts';
export { writeSpeedscope } from './write-speedscope.ts';
export { writeTree } from './write-tree.ts';
export { writeTrie } from './write-trie.ts';
