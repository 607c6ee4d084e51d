import type { PartTable, RowColumns } from '../../parts/part-table.ts';
import { NO_REMARKS } from '../../parts/profile-remarks.ts';
import { type BlockCache, type BlockSamples, blockSamplesOf } from './block-samples.ts';
import type { DecodedRuns } from './decoded-runs.ts';
import type { DecodedRun } from './head-part.ts';
import type { LevelColumns } from './level-columns-cache.ts';
import type { SegmentTable } from './segment-index.ts';
import { isIdWantedAt, profileIdAt } from './uuid-bytes.ts';

const ID_BYTES = 16;

/** One level of a segment's table as answers see it: pages are read when they are asked for. */
export function segmentPartOf(
  table: SegmentTable,
  level: LevelColumns,
  blocks: BlockCache,
  runs: Pick<DecodedRuns, 'next' | 'giveBack'>,
  onBlock: () => void,
): PartTable {
  const { kind, dictionary, registry, pages } = table;
  /** Of the dictionary as this query sees it. */
  let stackCount = -1;
  const isSum = level.level.level !== 'profile' || table.segment.entry.kind === 'rollup';
  /** Most tables are asked for their columns alone. */
  let samples: BlockSamples | undefined;
  let run: DecodedRun | undefined;
  const columns: RowColumns = {
    get stream() {
      return level.keys().stream;
    },
    get timeMillis() {
      return level.keys().timeMillis;
    },
    get timeNanosOnTop() {
      return level.keys().timeNanosOnTop;
    },
    get arrival() {
      return level.arrivals();
    },
    get durationNanos() {
      return level.durations();
    },
    get period() {
      return level.periods();
    },
    totals: typesOf(kind.sampleTypes.length, (type) => level.totals(type)),
    ...(isSum && level.level.largest.length > 0
      ? { largest: typesOf(kind.sampleTypes.length, (type) => level.largest(type)) }
      : {}),
    get profileCount() {
      return isSum ? level.keys().profileCount : undefined;
    },
  };
  return {
    kind,
    dictionary,
    registry,
    columns,
    idAt: (row) => profileIdAt(level.ids(), ID_BYTES * row),
    isIdWanted: (row, wanted) => isIdWantedAt(level.ids(), ID_BYTES * row, wanted),
    remarksAt: (row) => pages().remarks[level.remarks()[row] ?? 0] ?? NO_REMARKS,
    samplesOf(row, type) {
      if (stackCount === -1) stackCount = dictionary.view().stacks.length;
      run ??= runs.next();
      samples ??= blockSamplesOf(table, level, blocks, run, onBlock);
      return samples.samplesOf(row, type, stackCount);
    },
    done() {
      if (run !== undefined) runs.giveBack(run);
      run = undefined;
      samples = undefined;
    },
  };
}

/** An array whose cells are read when they are asked for. */
function typesOf<Cell>(length: number, read: (type: number) => Cell): readonly Cell[] {
  const cells: Cell[] = [];
  for (let type = 0; type < length; type++) {
    Object.defineProperty(cells, type, { get: () => read(type), enumerable: true });
  }
  return cells;
}
