import type { PageApi } from './page-api.ts';
import { isAway } from './trouble.ts';

/**
 * The same API, which says after each call whether the server is away. An answer that refuses is an
 * answer; a call that the page itself stopped says nothing.
 */
export function watchReach(api: PageApi, tell: (isAway: boolean) => void): PageApi {
  const watched =
    <Question, Answer>(ask: (question: Question, signal: AbortSignal) => Promise<Answer>) =>
    async (question: Question, signal: AbortSignal): Promise<Answer> => {
      try {
        const answer = await ask(question, signal);
        tell(false);
        return answer;
      } catch (reason) {
        if (!signal.aborted) tell(isAway(reason));
        throw reason;
      }
    };
  return {
    listServices: watched(api.listServices),
    getTimeline: watched(api.getTimeline),
    getFlameGraph: watched(api.getFlameGraph),
    getFunction: watched(api.getFunction),
    getFunctionPast: watched(api.getFunctionPast),
  };
}
