import type { Fault } from '../config.ts';
import { elConvertHits } from '../database/el-convert-hits.ts';
import { createOverviewBuilder, type ReportOverview } from '../database/report-overview.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';
import type { ReadHits } from './read-hits.ts';

export type ConversionParts = {
  readonly readHits: ReadHits;
  readonly turn: TurnBudget;
  readonly fault: Fault | undefined;
};

export type ConvertedReport =
  | { readonly kind: 'done'; readonly overview: ReportOverview }
  | { readonly kind: 'gone' };

/** Reads a report back page by page, turns its hits into API objects and sums these up. */
export async function convertReport(
  reportId: string,
  { readHits, turn, fault }: ConversionParts,
  signal: AbortSignal,
): Promise<ConvertedReport> {
  const overview = createOverviewBuilder();
  for (let seq = 0; ; ) {
    const read = await readHits(reportId, seq, signal);
    if (read.kind === 'gone') return read;
    if (read.hits.length === 0) return { kind: 'done', overview: overview.finish() };
    for (const object of await elConvertHits(read.hits, turn, fault)) {
      overview.add(object);
      if (turn.isSpent()) await turn.nextTurn();
    }
    seq += read.hits.length;
  }
}
