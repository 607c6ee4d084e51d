import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '@emberscope/node-kit';

export type UpstreamOptions = {
  /** Without a slash at its end; a path in it stays in front of every path. */
  readonly url: string;
  /** From the call to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMillis: number;
  readonly maxConnections: number;
  readonly clock: Clock;
};

export type UpstreamRequest = {
  /** `/ingest?name=…` */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export type UpstreamAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      /** The beginning of the body: errors are short. */
      readonly body: string;
    }
  /** No connection, or one that broke. What was sent over a broken one may have been stored. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'timed-out'; readonly timeoutMillis: number };

/** One server that profiles are delivered to, over connections that are kept. */
export type Upstream = {
  readonly url: string;
  /** Never rejects. */
  post(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Cuts what is under way. */
  close(): void;
};

/** More of an answer is read and dropped. */
const ANSWER_MAX_BYTES = 16 * 1024;
/** Servers keep idle connections longer than this, and say so in `keep-alive` where they do not. */
const IDLE_CONNECTIONS = 8;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { url, timeoutMillis, maxConnections, clock } = options;
  const isTls = url.startsWith('https:');
  const agentOptions = {
    keepAlive: true,
    maxSockets: maxConnections,
    maxFreeSockets: Math.min(IDLE_CONNECTIONS, maxConnections),
    scheduling: 'lifo' as const,
  };
  const agent = isTls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const running = new Set<ClientRequest>();

  function attempt(
    given: UpstreamRequest,
    connection: 'kept' | 'new',
    hurry: AbortSignal,
  ): Promise<Attempt> {
    return new Promise((resolve) => {
      const send = isTls ? httpsRequest : httpRequest;
      const request = send(`${url}${given.path}`, {
        method: 'POST',
        agent: connection === 'kept' ? agent : false,
        headers: { ...given.headers, 'content-length': String(given.body.length) },
        signal: hurry,
      });
      running.add(request);
      request.on('close', () => running.delete(request));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the server has just closed: nothing was taken from it.
        const isStale = request.reusedSocket && STALE_CODES.has(error.code ?? '');
        resolve({ kind: isStale ? 'stale' : 'unreachable', detail: error.code ?? error.message });
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          if (length < ANSWER_MAX_BYTES) chunks.push(chunk.subarray(0, ANSWER_MAX_BYTES - length));
          length += chunk.length;
        });
        response.on('error', (error) => resolve({ kind: 'unreachable', detail: error.message }));
        response.on('end', () =>
          resolve({
            kind: 'answered',
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      request.end(given.body);
    });
  }

  async function post(given: UpstreamRequest): Promise<UpstreamAnswer> {
    const hurry = new AbortController();
    let isLate = false;
    const stopTimer = clock.after(timeoutMillis, () => {
      isLate = true;
      hurry.abort();
    });
    try {
      const first = await attempt(given, 'kept', hurry.signal);
      const outcome = first.kind === 'stale' ? await attempt(given, 'new', hurry.signal) : first;
      if (isLate) return { kind: 'timed-out', timeoutMillis };
      return outcome.kind === 'stale' ? { ...outcome, kind: 'unreachable' } : outcome;
    } finally {
      stopTimer();
    }
  }

  return {
    url,
    post,
    close() {
      for (const request of running) request.destroy();
      agent.destroy();
    },
  };
}

type Attempt = UpstreamAnswer | { readonly kind: 'stale'; readonly detail: string };

const STALE_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
