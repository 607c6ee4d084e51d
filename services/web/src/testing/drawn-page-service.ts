import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { PageService } from '@emberscope/protocol/page';
import { MergeMode } from '@emberscope/protocol/page/selection';
import { drawnFlameGraph, drawnServices, drawnTimelineAnswer, MEMORY } from './drawn-answers.ts';
import { drawnFunction } from './drawn-function.ts';

/** What a test changes while the page looks on. */
export type DrawnService = {
  nodeCount: number;
  /** Answers wait this long: for what is seen while a page waits. */
  delayMillis: number;
  /** What every call fails with; undefined for none. */
  failure: ConnectError | undefined;
  isEmpty: boolean;
  /** What a second of the timeline costs, about: nanoseconds for CPU. */
  costPerSecond: number;
  /** Whether the drawn agent says which lines ran: the official one for Node does not. */
  knowsLines: boolean;
  /** Of how many days something is known of a function, today included. */
  recordedDays: number;
  readonly selectors: string[];
};

export function createDrawnService(): DrawnService {
  return {
    nodeCount: 20_000,
    delayMillis: 0,
    failure: undefined,
    isEmpty: false,
    costPerSecond: 1e9,
    knowsLines: true,
    recordedDays: 91,
    selectors: [],
  };
}

/** The methods that the page calls, answered with drawings. */
export function drawnPageService(drawn: DrawnService): Partial<ServiceImpl<typeof PageService>> {
  const ready = async (): Promise<void> => {
    if (drawn.delayMillis > 0) {
      await new Promise((resolve) => setTimeout(resolve, drawn.delayMillis));
    }
    if (drawn.failure !== undefined) throw drawn.failure;
  };
  return {
    async listServices({ range, targetPoints }) {
      await ready();
      if (drawn.isEmpty) return { nowMillis: BigInt(Date.now()) };
      const { startMillis, endMillis } = asked(range);
      return drawnServices(startMillis, endMillis, targetPoints);
    },
    async getTimeline({ selection, targetPoints }) {
      await ready();
      const { startMillis, endMillis } = asked(selection?.range);
      return drawnTimelineAnswer(startMillis, endMillis, targetPoints, drawn.costPerSecond);
    },
    async getFunction({ selection, function: shown, targetPoints, withTrend }) {
      await ready();
      return drawnFunction({
        ...asked(selection?.range),
        shown,
        targetPoints,
        knowsLines: drawn.knowsLines,
        isHeld: selection?.profileType === MEMORY,
        recordedDays: withTrend ? drawn.recordedDays : undefined,
      });
    },
    async getFlameGraph({ selection }) {
      await ready();
      drawn.selectors.push(selection?.selector ?? '');
      const isHeld = selection?.profileType === MEMORY;
      const mode = isHeld ? MergeMode.AVERAGE : MergeMode.SUM;
      return drawnFlameGraph(drawn.nodeCount, isHeld ? 2000 : 400_000, mode);
    },
  };
}

function asked(range: { readonly startMillis: bigint; readonly endMillis: bigint } | undefined) {
  if (range === undefined) throw new ConnectError('a range is always set', Code.InvalidArgument);
  return { startMillis: Number(range.startMillis), endMillis: Number(range.endMillis) };
}
