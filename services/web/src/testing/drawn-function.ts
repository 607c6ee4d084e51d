import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetFunctionResponseSchema } from '@emberscope/protocol/page/function';
import { MergeMode } from '@emberscope/protocol/page/selection';
import type { FunctionRef } from '../page-state.ts';
import { drawnTimeline } from './drawn-answers.ts';

/**
 * The same costs for any function, of the size that elDataConverter has in the drawn graph. Where the
 * drawn agent does not know which lines ran, it says where the function begins, as Node's does.
 */
export function drawnFunction(
  shown: FunctionRef | undefined,
  startMillis: number,
  endMillis: number,
  targetPoints: number,
  knowsLines: boolean,
): MessageInitShape<typeof GetFunctionResponseSchema> {
  const millis = (amount: number) => BigInt(amount * 1_000_000);
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
    coverage: { mode: MergeMode.SUM, total: millis(164_000) },
  };
}
