import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';

/** The request is at fault, or we cannot serve it now: answered with its status as `{ reason, … }`. */
export class Problem extends Error {
  readonly status: number;
  /** More fields for the answer. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, reason: string, details: Readonly<Record<string, unknown>> = {}) {
    super(reason);
    this.name = 'Problem';
    this.status = status;
    this.details = details;
  }
}

/** How soon a client may try again what we could not serve. */
const RETRY_AFTER_SECONDS = 2;

/** For a route's `all`, after the methods that it has. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return ({ method, path }, response) => {
    response.set('Allow', allowed.join(', '));
    throw new Problem(405, `${path} takes ${allowed.join(' and ')}, not ${method}`);
  };
}

export const notFound: RequestHandler = ({ method, path }) => {
  throw new Problem(404, `there is nothing at ${method} ${path}`);
};

/** The last of an app's handlers: whatever was thrown becomes an answer in JSON. */
export function answerProblems(log: Logger): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    if (problem === undefined) {
      log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    }
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    const { status, message, details } = problem ?? new Problem(500, 'something went wrong here');
    if (status === 503) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
    response.status(status).json({ reason: message, ...details });
  };
}

/** Undefined when it is our own fault. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  // Express and its body parser mark what a request did wrong in this way; so does a BundleError.
  const { status } = error;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  return new Problem(status, error.message);
}
