import { createHash, timingSafeEqual } from 'node:crypto';

/** A token as it is stored: never itself, only its hash. */
export type NamedToken = {
  /** Whose it is, for logs and metrics. Several tokens may have one name while they rotate. */
  readonly name: string;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
};

export type BearerCheck =
  | { readonly kind: 'known'; readonly name: string }
  | { readonly kind: 'missing' }
  /** There is a header, but not `Bearer` and a token (RFC 6750, section 2.1). */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown' };

/** Far more than any token needs, and little enough to hash on every request. */
const TOKEN_MAX_LENGTH = 4096;
const BEARER = /^bearer +(?<token>[A-Za-z0-9._~+/-]+=*) *$/i;

export function hashToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

/**
 * Finds whose token an `Authorization` header carries. Hashes are compared, in constant time, and
 * always all of them: how long it takes tells nothing about any token, nor which one was found.
 */
export function checkBearerToken(
  header: string | undefined,
  tokens: readonly NamedToken[],
): BearerCheck {
  if (header === undefined || header === '') return { kind: 'missing' };
  if (header.length > TOKEN_MAX_LENGTH) return { kind: 'malformed' };
  const { token } = BEARER.exec(header)?.groups ?? {};
  if (token === undefined) return { kind: 'malformed' };

  const presented = hashToken(token);
  let found: NamedToken | undefined;
  for (const candidate of tokens) {
    const isEqual = timingSafeEqual(presented, candidate.sha256);
    if (isEqual && found === undefined) found = candidate;
  }
  return found === undefined ? { kind: 'unknown' } : { kind: 'known', name: found.name };
}
