import { z } from 'zod';
import type { EngineHit } from '../database/engine-hit.ts';
import type { TurnBudget } from '../runtime/turn-budget.ts';

export type HitsRead =
  | { readonly kind: 'page'; readonly hits: readonly EngineHit[] }
  /** The report is not there (any more). */
  | { readonly kind: 'gone' };

/** Reads one page of a report's hits; an empty page is past its end. Throws when the API fails. */
export type ReadHits = (
  reportId: string,
  fromSeq: number,
  signal: AbortSignal,
) => Promise<HitsRead>;

/** Hits that are converted together; the API gives no more at once. */
export const HITS_PER_PAGE = 5_000;
/** Several times what an element may have. */
const LINE_MAX_CHARS = 512 * 1024;
const READ_MAX_MILLIS = 30_000;

const hitSchema: z.ZodType<EngineHit> = z.object({
  _index: z.string(),
  _id: z.string(),
  _source: z.looseObject({
    internal_id: z.string(),
    entity_type: z.string(),
    base_type: z.enum(['ENTITY', 'RELATION']),
    connections: z
      .array(z.object({ internal_id: z.string(), role: z.string(), types: z.array(z.string()) }))
      .optional(),
  }),
  sort: z.tuple([z.number()]),
});

export function createHitsReader(apiUrl: string, turn: TurnBudget): ReadHits {
  return async (reportId, fromSeq, signal) => {
    const url = `${apiUrl}/reports/${encodeURIComponent(reportId)}/hits?from=${fromSeq}&limit=${HITS_PER_PAGE}`;
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(READ_MAX_MILLIS)]),
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return { kind: 'gone' };
    }
    if (!response.ok || response.body === null) {
      throw new Error(`the API answered ${response.status} to GET ${url}`);
    }
    const hits: EngineHit[] = [];
    for await (const line of linesOf(response.body)) {
      hits.push(hitOfLine(line));
      if (turn.isSpent()) await turn.nextTurn();
    }
    return { kind: 'page', hits };
  };
}

/** Throws when it is no hit. */
export function hitOfLine(line: string): EngineHit {
  return hitSchema.parse(JSON.parse(line));
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX_CHARS)
      throw new Error(`a hit has more than ${LINE_MAX_CHARS} chars`);
    yield* lines;
  }
  if (rest !== '') throw new Error('the hits end in the middle of a line');
}
