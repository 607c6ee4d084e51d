import { Code, ConnectError } from '@connectrpc/connect';

/** Why there is no answer, for the place where the answer would be. */
export type Trouble = {
  /** What happened, as a heading. */
  readonly title: string;
  /** The server's own words; empty when it said nothing, and for a browser's words for that. */
  readonly detail: string;
  /** What the reader can do. */
  readonly advice: string;
};

/** Puts what a call of `PageApi` rejected with into words. */
export function describeTrouble(reason: unknown): Trouble {
  const error = ConnectError.from(reason);
  const detail = error.rawMessage;
  if (isWithoutAnswer(reason)) {
    return {
      title: 'The profile server does not answer',
      detail: '',
      advice: 'Is it running, and is this machine online?',
    };
  }
  if (reason instanceof RangeError || error.cause instanceof RangeError) {
    return {
      title: 'The answer contradicts itself',
      detail,
      advice: 'Page and server may be of different versions: reload the page.',
    };
  }
  if (error.code === Code.Unauthenticated && isByProxy(error)) return { ...NOT_SIGNED_IN, detail };
  if (error.code === Code.Internal && DAMAGED_FILE.test(detail)) return { ...DAMAGED, detail };
  return { ...(WORDS.get(error.code) ?? UNKNOWN), detail };
}

/** Whether nobody answers, or only something that says that the server is not there. */
export function isAway(reason: unknown): boolean {
  return isWithoutAnswer(reason) || ConnectError.from(reason).code === Code.Unavailable;
}

/**
 * `fetch` throws a bare TypeError when nobody answers, which Connect wraps as `unknown`. A TypeError
 * with other words is a mistake of the page, and is not to be taken for a server that is away.
 */
function isWithoutAnswer(reason: unknown): boolean {
  const cause = reason instanceof ConnectError ? reason.cause : reason;
  return cause instanceof TypeError && NO_ANSWER.test(cause.message);
}

/** Whether it is Connect that put a bare status into words: the server gives reasons of its own. */
function isByProxy(error: ConnectError): boolean {
  return /^HTTP \d+$/.test(error.rawMessage);
}

/** Chromium, Firefox and Safari, before the answer and within it. */
const NO_ANSWER = /failed to fetch|networkerror|network error|load failed|network connection/i;

type Words = Omit<Trouble, 'detail'>;

const UNKNOWN: Words = {
  title: 'The server failed',
  advice: 'Its log says more. Retry; if it stays, the query may be what breaks it.',
};

/**
 * How the server names a segment, a dictionary of several, or a file of a tenant. One that it could
 * not open is named by the operation, and may be whole.
 */
const DAMAGED_FILE = /^segment .*\.seg\b|^dictionary \d+ of day | is damaged: /;

const DAMAGED: Words = {
  title: 'A file of the store is damaged',
  advice:
    'Queries that need it fail each time, all others are answered. On the server, `npm run store -- verify DATA_DIR` tells which file it is; a backup is the way back.',
};

const NOT_SIGNED_IN: Words = {
  title: 'You are not signed in',
  advice: 'A proxy in front of the server asks who you are: reload the page.',
};

const WORDS: ReadonlyMap<Code, Words> = new Map<Code, Words>([
  [
    Code.InvalidArgument,
    {
      title: 'The server cannot read this query',
      advice: 'Change the label filter, the profile type or the range.',
    },
  ],
  [
    Code.Unauthenticated,
    // The server knows no users and no tokens: it refuses this way only when it lacks a tenant.
    {
      title: 'The server keeps tenants apart',
      advice:
        'A request needs the header X-Scope-OrgID, which a proxy in front of the page has to set.',
    },
  ],
  [
    Code.PermissionDenied,
    { title: 'You may not read this', advice: 'A proxy in front of the server forbids it.' },
  ],
  [
    Code.ResourceExhausted,
    {
      title: 'Too much at once',
      advice: 'Choose a shorter range or fewer series, or retry in a moment.',
    },
  ],
  [
    Code.DeadlineExceeded,
    { title: 'It took too long', advice: 'Choose a shorter range or fewer series.' },
  ],
  [
    Code.Unavailable,
    { title: 'The server is starting or stopping', advice: 'Retry in a few seconds.' },
  ],
  [
    Code.Unimplemented,
    {
      title: 'The server does not know this query',
      advice: 'It may be an older version than this page, or not Emberscope.',
    },
  ],
]);
