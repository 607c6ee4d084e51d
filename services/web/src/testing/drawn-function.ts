import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetFunctionResponseSchema } from '@emberscope/protocol/page/function';
import { MergeMode } from '@emberscope/protocol/page/selection';
import type { FunctionRef } from '../page-state.ts';
import { drawnTimeline } from './drawn-answers.ts';
import { drawnPast } from './drawn-past.ts';

/** What of a drawn function depends on the question and on the test. */
export type FunctionDrawing = {
  readonly shown: FunctionRef | undefined;
  readonly startMillis: number;
  readonly endMillis: number;
  readonly targetPoints: number;
  readonly knowsLines: boolean;
  /** Whether values are bytes that are held, and not nanoseconds that are spent. */
  readonly isHeld: boolean;
  /** Of how many days something is known; undefined when nobody asked. */
  readonly recordedDays: number | undefined;
};

/** A quarter of an hour, which the drawn costs are of. */
const RANGES_A_DAY = 96;

/**
 * The same costs for any function, of the size that elDataConverter has in the drawn graph. Where the
 * drawn agent does not know which lines ran, it says where the function begins, as Node's does.
 */
export function drawnFunction({
  shown,
  startMillis,
  endMillis,
  targetPoints,
  knowsLines,
  isHeld,
  recordedDays,
}: FunctionDrawing): MessageInitShape<typeof GetFunctionResponseSchema> {
  const perMilli = isHeld ? 5000 : 1_000_000;
  const millis = (amount: number) => BigInt(amount * perMilli);
  const mode = isHeld ? MergeMode.AVERAGE : MergeMode.SUM;
  const edge = (name: string, file: string, line: number, total: number) => ({
    function: { name, file, line },
    total: millis(total),
  });
  return {
    ...(shown === undefined ? {} : { function: shown }),
    self: millis(48_000),
    total: millis(48_000),
    lines: (knowsLines ? [58, 61, 44] : [shown?.line ?? 0]).map((runningLine, place) => ({
      runningLine,
      self: millis(28_000 / 2 ** place),
      total: millis(28_000 / 2 ** place),
    })),
    callers: [
      edge('processReport', './src/worker/process-report.ts', 21, 44_000),
      edge('retryReport', './src/worker/retry-report.ts', 9, 4000),
    ],
    callees: [edge('get', './node_modules/lmdb/read.js', 120, 3000)],
    labels: [
      { label: { name: 'cluster', value: 'eu-west' }, total: millis(40_000) },
      { label: { name: 'cluster', value: 'us-east' }, total: millis(8000) },
    ],
    timeline: drawnTimeline(startMillis, endMillis, targetPoints, 4e8),
    coverage: { mode, total: millis(164_000) },
    ...(recordedDays !== undefined &&
      drawnPast(Date.now(), recordedDays, 16_000 * perMilli * (isHeld ? 1 : RANGES_A_DAY), {
        total: millis(16_000),
        all: millis(153_000),
        mode,
      })),
  };
}
