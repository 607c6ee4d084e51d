import { endResponse, type HttpResponse } from '@emberscope/node-kit';
import type { QueryErrorCode } from '../query/query-call.ts';

/** Codes of the Connect protocol that plain handlers answer with. */
export type PlainErrorCode = QueryErrorCode | 'unauthenticated';

/** The header by which our collector tells garbage from trouble where compatibility hides it. */
export const REASON_HEADER = 'emberscope-reason';

/** Its value for a body that is larger than one may be: sending it again cannot help. */
export const BODY_TOO_LARGE = 'body_too_large';

/** Answers an error as Pyroscope's plain handlers do: the Connect protocol's JSON, and a line feed. */
export function answerError(
  response: HttpResponse,
  status: number,
  code: PlainErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(`${JSON.stringify({ code, message })}\n`);
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-length', body.byteLength);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  endResponse(response, body);
}
