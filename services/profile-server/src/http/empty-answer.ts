import { gzipSync } from 'node:zlib';
import { endResponse, type HttpRequest, type HttpResponse, isGone } from '@emberscope/node-kit';

/** The answer to a unary call of the Connect protocol whose answer's message has no fields. */
export type EmptyAnswer = {
  readonly encoding: 'proto' | 'json';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

type Answers = { readonly plain: EmptyAnswer; readonly gzip: EmptyAnswer };

/** Compressed where the client takes it, as the library does, although it makes them longer. */
function answersOf(encoding: 'proto' | 'json', contentType: string, text: string): Answers {
  const body = Buffer.from(text);
  const zipped = gzipSync(body);
  const headersOf = ({ length }: Uint8Array) => ({
    'accept-encoding': 'gzip',
    'content-type': contentType,
    'content-length': `${length}`,
  });
  return {
    plain: { encoding, headers: headersOf(body), body },
    gzip: {
      encoding,
      headers: { ...headersOf(zipped), 'content-encoding': 'gzip' },
      body: zipped,
    },
  };
}

const ANSWERS: ReadonlyMap<string, Answers> = new Map([
  ['application/json', answersOf('json', 'application/json', '{}')],
  ['application/proto', answersOf('proto', 'application/proto', '')],
]);

/**
 * What the RPC library would answer to a call that went well; undefined for what is the library's to
 * answer: gRPC, content types that are spelt in other ways, and calls with a timeout.
 */
export function emptyAnswerTo({ headers }: HttpRequest): EmptyAnswer | undefined {
  if (headers['connect-timeout-ms'] !== undefined) return undefined;
  const answers = ANSWERS.get(headers['content-type'] ?? '');
  return takesGzip(String(headers['accept-encoding'] ?? '')) ? answers?.gzip : answers?.plain;
}

/** As the library reads it: a coding with a weight is none that it knows. */
function takesGzip(acceptEncoding: string): boolean {
  return acceptEncoding.split(',').some((coding) => coding.trim() === 'gzip');
}

export function answerEmpty(response: HttpResponse, { headers, body }: EmptyAnswer): void {
  // Whoever went away needs none.
  if (isGone(response)) return;
  response.writeHead(200, headers);
  endResponse(response, body);
}
