import type { CancelSignal, HttpResponse } from '@emberscope/node-kit';

/**
 * Aborts when the client of a response goes away before it was answered. Whoever listens takes the
 * listener away when the work is done: a response that was answered closes, too.
 */
export function clientGone(response: HttpResponse): CancelSignal {
  return {
    // Who went before anybody listened is found out when there is an answer to write.
    aborted: false,
    addEventListener: (_type, listener) => void response.once('close', listener),
    removeEventListener: (_type, listener) => void response.off('close', listener),
  };
}
