import { type Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import {
  createFrontDoor,
  endResponse,
  type HttpRequest,
  type HttpResponse,
  readBody,
  systemClock,
} from '@emberscope/node-kit';
import { PusherService, type PushRequest, type RawProfileSeries } from '@emberscope/protocol/push';

/** A profile server that takes everything, or answers as it is told. */
export type UpstreamStub = AsyncDisposable & {
  readonly url: string;
  readonly pushes: PushRequest[];
  readonly pushHeaders: Headers[];
  readonly ingests: {
    readonly query: URLSearchParams;
    readonly body: Uint8Array;
    readonly contentType: string;
  }[];
  /** What it does before it takes a push or a body: throw a ConnectError, or wait. */
  before: () => void | Promise<void>;
  /** With this it answers every request with a status and headers, and no protocol of its own. */
  plain:
    | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
    | undefined;
  connections(): number;
  /** Forgets what it took and what it was told. */
  reset(): void;
};

export async function startUpstreamStub(): Promise<UpstreamStub> {
  const connect = connectNodeAdapter({
    readMaxBytes: 1 << 30,
    routes: (router) =>
      router.service(PusherService, {
        async push(request: PushRequest, context: HandlerContext) {
          await stub.before();
          stub.pushes.push(request);
          stub.pushHeaders.push(context.requestHeader);
          return {};
        },
      }),
    fallback: (request, response) => void takeIngest(request, response),
  });
  let opened = 0;
  const door = createFrontDoor({
    handler(request, response) {
      if (stub.plain === undefined) return connect(request, response);
      response.writeHead(stub.plain.status, stub.plain.headers ?? {});
      endResponse(response, stub.plain.body ?? '');
    },
    observe: ({ kind }) => {
      if (kind === 'opened') opened++;
    },
  });
  const listening = await door.listen({ host: '127.0.0.1', port: 0 }, 'stub');
  if (!listening.ok) throw new Error(listening.reason);

  async function takeIngest(request: HttpRequest, response: HttpResponse): Promise<void> {
    const body = await readBody(request, {
      maxBytes: 1 << 30,
      limitMillis: 10_000,
      clock: systemClock,
    });
    if (body.kind !== 'ok') return;
    const url = new URL(request.url ?? '', 'http://stub');
    try {
      await stub.before();
      stub.ingests.push({
        query: url.searchParams,
        body: body.bytes,
        contentType: request.headers['content-type'] ?? '',
      });
      response.writeHead(200);
      endResponse(response);
    } catch (error) {
      const { rawMessage } = ConnectError.from(error);
      response.writeHead(400, { 'content-type': 'application/json' });
      endResponse(response, JSON.stringify({ code: 'invalid_argument', message: rawMessage }));
    }
  }

  const stub: UpstreamStub = {
    url: `http://127.0.0.1:${listening.address.port}`,
    pushes: [],
    pushHeaders: [],
    ingests: [],
    before: () => {},
    plain: undefined,
    connections: () => opened,
    reset() {
      for (const taken of [stub.pushes, stub.pushHeaders, stub.ingests]) taken.length = 0;
      stub.before = () => {};
      stub.plain = undefined;
    },
    [Symbol.asyncDispose]: async () => void (await door.close(0)),
  };
  return stub;
}

export function labelsOf(series: RawProfileSeries | undefined): Record<string, string> {
  return Object.fromEntries(series?.labels.map(({ name, value }) => [name, value]) ?? []);
}

export function refuseWith(code: Code, message: string, headers: Record<string, string> = {}) {
  return () => {
    throw new ConnectError(message, code, headers);
  };
}
