import { createClient, type Transport } from '@connectrpc/connect';
import { PageService } from '@emberscope/protocol/page';
import type { FunctionRef } from '../page-state.ts';
import type { MillisSpan } from '../time-range.ts';
import { type FlameGraphAnswer, readFlameGraph } from './flame-graph-answer.ts';
import { callGetFlameGraph } from './flame-graph-call.ts';
import {
  type FunctionAnswer,
  type FunctionPast,
  readFunction,
  readFunctionPast,
} from './function-answer.ts';
import { readServices, type ServicesAnswer } from './services-answer.ts';
import { readTimeline, type TimelineAnswer } from './timeline-answer.ts';

/** Which profiles: the wire's `Selection`. */
export type Selection = {
  readonly span: MillisSpan;
  readonly profileType: string;
  readonly selector: string;
};

export type ServicesQuestion = {
  readonly span: MillisSpan;
  /** Services of one name are listed apart by these labels. */
  readonly groupBy: readonly string[];
  readonly targetPoints: number;
};

export type TimelineQuestion = Selection & { readonly targetPoints: number };

export type FlameGraphQuestion = Selection & {
  /** Only stacks that begin with these functions; empty for all. */
  readonly rootPath: readonly FunctionRef[];
};

export type FunctionQuestion = Selection & {
  readonly shown: FunctionRef;
  readonly targetPoints: number;
  /** How many lines, callers, callees and labels, each. */
  readonly limit: number;
};

export type FunctionPastQuestion = Selection & { readonly shown: FunctionRef };

/**
 * What the page asks its server, in the page's own terms: a method for each view. Every promise
 * rejects with a `ConnectError`, which `describeTrouble` puts into words, or with the reason that
 * `signal` was aborted with.
 */
export type PageApi = {
  listServices(question: ServicesQuestion, signal: AbortSignal): Promise<ServicesAnswer>;
  getTimeline(question: TimelineQuestion, signal: AbortSignal): Promise<TimelineAnswer>;
  getFlameGraph(question: FlameGraphQuestion, signal: AbortSignal): Promise<FlameGraphAnswer>;
  getFunction(question: FunctionQuestion, signal: AbortSignal): Promise<FunctionAnswer>;
  /** Apart from the function itself: it looks through 90 days, and nobody should wait for it. */
  getFunctionPast(question: FunctionPastQuestion, signal: AbortSignal): Promise<FunctionPast>;
};

/** More services than this are found by name, not read as a list. */
const SERVICE_LIMIT = 500;

export function createPageApi(transport: Transport): PageApi {
  const client = createClient(PageService, transport);
  return {
    async listServices({ span, groupBy, targetPoints }, signal) {
      const range = wireRange(span);
      const request = { range, groupBy: [...groupBy], limit: SERVICE_LIMIT, targetPoints };
      return readServices(await client.listServices(request, { signal }));
    },
    async getTimeline(question, signal) {
      const { targetPoints } = question;
      const request = { selection: wireSelection(question), targetPoints };
      return readTimeline(await client.getTimeline(request, { signal }), question.span);
    },
    async getFlameGraph(question, signal) {
      const { rootPath } = question;
      const request = { selection: wireSelection(question), rootPath: [...rootPath] };
      return readFlameGraph(await callGetFlameGraph(transport, request, signal), question.span);
    },
    async getFunction(question, signal) {
      const { shown, targetPoints, limit } = question;
      const request = { selection: wireSelection(question), function: shown, targetPoints, limit };
      return readFunction(await client.getFunction(request, { signal }), question.span);
    },
    async getFunctionPast(question, signal) {
      const least = { targetPoints: 1, limit: 1 };
      const selection = wireSelection(question);
      const request = { selection, function: question.shown, withTrend: true, ...least };
      return readFunctionPast(await client.getFunction(request, { signal }), question.span);
    },
  };
}

function wireSelection({ span, profileType, selector }: Selection) {
  return { range: wireRange(span), profileType, selector };
}

function wireRange({ startMillis, endMillis }: MillisSpan) {
  return { startMillis: BigInt(startMillis), endMillis: BigInt(endMillis) };
}
