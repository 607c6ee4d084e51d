import { answerText, type PlainRoute } from '@emberscope/node-kit';
import type { WriterStats } from '../store/embedded/writer/writer-stats.ts';

/** What is kept, and how it goes to the disk: `GET /api/v1/status/store`. */
export type StoreStatus = {
  readonly retentionMillis: number;
  readonly rollupRetentionMillis: number;
  /** Queries since the start that damage on the disk left without an answer. */
  readonly damagedQueries: { readonly count: number; readonly lastReason: string | null };
  /** As the writer said it last, at most a few seconds ago; null before it has. */
  readonly store: WriterStats | null;
};

export function storeStatusRoute(status: () => StoreStatus): PlainRoute {
  return {
    method: 'GET',
    path: '/api/v1/status/store',
    handle: (_request, response) =>
      answerText(response, 200, JSON.stringify(status()), 'application/json'),
  };
}
