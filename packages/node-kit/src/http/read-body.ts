import type { Clock } from '../clock/clock.ts';
import { type TurnLine, turnLine } from '../turn-clock/turn-line.ts';
import { createGrowingBody } from './growing-body.ts';
import { type HttpRequest, isCutOff } from './http-handler.ts';
import { dropInTurns, readInTurns } from './read-in-turns.ts';

export type ReadBodyLimits = {
  readonly maxBytes: number;
  /** For the whole body, however its bytes trickle. */
  readonly limitMillis: number;
  readonly clock: Clock;
  /**
   * Whether there is room for so many bytes more; asked for each piece that comes. When not, the
   * answer is `aborted`.
   */
  readonly admit?: (bytes: number) => boolean;
  /** Default: that of this thread. */
  readonly turns?: TurnLine;
};

export type ReadBody =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
  | { readonly kind: 'timed-out'; readonly limitMillis: number }
  /** The client went away, and there is nobody to answer; or a piece was not admitted. */
  | { readonly kind: 'aborted' };

/**
 * Reads a request's body, as it came (a `content-encoding` is the caller's business), into one
 * buffer, and never keeps more than `maxBytes` of it.
 *
 * A body gets a larger buffer as its bytes arrive, never for its word alone: a thousand clients that
 * announce much and send nothing would have the garbage collector believe in hundreds of gigabytes.
 * One that announces its length never gets a larger one than that.
 *
 * After any answer but `ok` the rest of the body is read and dropped; the front door's time for a
 * request bounds that.
 */
export function readBody(request: HttpRequest, limits: ReadBodyLimits): Promise<ReadBody> {
  const { maxBytes, limitMillis, clock, admit, turns = turnLine } = limits;
  const announcedBytes = announcedLength(request);
  if (announcedBytes !== undefined && announcedBytes > maxBytes) {
    dropInTurns(request, turns);
    return Promise.resolve({ kind: 'too-large', maxBytes });
  }
  if (isCutOff(request)) return Promise.resolve({ kind: 'aborted' });

  return new Promise((resolve) => {
    const body = createGrowingBody(maxBytes, announcedBytes);
    const stopTimer = clock.after(limitMillis, () => finish({ kind: 'timed-out', limitMillis }));
    const onAborted = () => finish({ kind: 'aborted' });
    request.on('data', onData);
    request.on('end', onEnd);
    // `close` comes after `end` too, when this has long finished.
    request.on('aborted', onAborted);
    request.on('close', onAborted);
    request.on('error', onAborted);

    function onData(chunk: Buffer): void {
      if (body.length() + chunk.length > maxBytes) {
        finish({ kind: 'too-large', maxBytes });
        return;
      }
      if (admit?.(chunk.length) === false) {
        finish({ kind: 'aborted' });
        return;
      }
      body.append(chunk);
      readInTurns(request, turns);
    }

    function onEnd(): void {
      // A cancelled HTTP/2 stream may end as well as close; half a body must not pass for one.
      if (announcedBytes !== undefined && body.length() < announcedBytes) {
        finish({ kind: 'aborted' });
        return;
      }
      // All of it is here: neither time nor the client can take it back.
      stopListening();
      answerWhenSettled();
    }

    function answerWhenSettled(): void {
      while (!body.settle()) {
        if (turns.hasTime()) continue;
        turns.run(answerWhenSettled);
        return;
      }
      resolve({ kind: 'ok', bytes: body.bytes() });
    }

    function stopListening(): void {
      stopTimer();
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('aborted', onAborted);
      request.off('close', onAborted);
      // `error` stays listened to: unheard, a late one would end the process.
    }

    function finish(why: Exclude<ReadBody, { readonly kind: 'ok' }>): void {
      stopListening();
      // Once read from, a request is no longer Node's to empty: dropped bytes keep the connection
      // usable and let a client that is still sending come to see its 413.
      dropInTurns(request, turns);
      resolve(why);
    }
  });
}

function announcedLength(request: HttpRequest): number | undefined {
  const text = request.headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
