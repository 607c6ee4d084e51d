import {
  type Clock,
  type HttpRequest,
  type ReadBody,
  readBody,
  turnLine,
} from '@emberscope/node-kit';
import type { Admission, Admitted } from './admission.ts';

export type AdmittedBody =
  | ReadBody
  /** Too much is on its way already, at the start or while this body came. */
  | { readonly kind: 'no-room' };

export type BodyLimits = { readonly maxBytes: number; readonly clock: Clock };

/** From the first byte of a body to the last. */
const BODY_MAX_MILLIS = 120_000;

/**
 * Reads a body byte by byte into the admission, and hands it to `use`; its place is held until that
 * is done.
 */
export async function withAdmittedBody(
  request: HttpRequest,
  admission: Admission,
  { maxBytes, clock }: BodyLimits,
  use: (body: AdmittedBody) => Promise<void>,
): Promise<void> {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  const admitted = admission.enter(Math.min(announcedBytes, maxBytes));
  if (admitted === undefined) return use({ kind: 'no-room' });
  try {
    const body = await readInto(admitted, request, { maxBytes, clock });
    // The last pieces of many bodies come at the same moment.
    const turn = turnLine.wait();
    if (turn !== undefined) await turn;
    await use(body);
  } finally {
    admitted.leave();
  }
}

async function readInto(
  admitted: Admitted,
  request: HttpRequest,
  { maxBytes, clock }: BodyLimits,
): Promise<AdmittedBody> {
  let isFull = false;
  const admit = (bytes: number) => {
    isFull = !admitted.grow(bytes);
    return !isFull;
  };
  const body = await readBody(request, { maxBytes, limitMillis: BODY_MAX_MILLIS, clock, admit });
  return isFull ? { kind: 'no-room' } : body;
}
