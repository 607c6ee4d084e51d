import { type Dice, oneOf } from './dice.ts';
import { NO_BYTES, splice } from './splice.ts';
import type { Wound } from './wound-bytes.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What stands for a number, in text or in JSON. */
const NUMBERS = [
  '0',
  '-1',
  '0.5',
  '1e9',
  '-0',
  '1e999',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551616',
  '00',
  '+1',
  'NaN',
].map(bytesOf);

/** Values of JSON of every kind, and some that are none. */
const VALUES = [
  ...NUMBERS,
  ...[
    'null',
    'true',
    '""',
    '"x"',
    '[]',
    '{}',
    '[null]',
    '{"":0}',
    '"\\ud800"',
    '"\\u0000"',
    '',
  ].map(bytesOf),
];

/** Pieces that text is made of here. */
const PIECES = [
  ...['\n', '\r\n', ' ', '\t', ';', ':', ',', '"', "'", '\\', '=', '&', '%', '%zz', '%00', '--'],
  ...['{', '}', '[', ']', '(', ')', '*', '+', '?', '.*', '|', '#', '\u0000', 'é', '🔥', '\ufeff'],
].map(bytesOf);

const number: Wound = (bytes, dice) => {
  const start = nextAt(bytes, dice(bytes.length), isDigit);
  let end = start;
  while (end < bytes.length && isDigit(bytes[end])) end++;
  return splice(bytes, start, end, oneOf(NUMBERS, dice));
};
const piece: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, place + dice(2), oneOf(PIECES, dice));
};
/** A value of JSON becomes another one, mostly of another kind: the text stays JSON. */
const value: Wound = (bytes, dice, other) => {
  const { start, end } = valueSpan(bytes, dice);
  if (dice(4) > 0) return splice(bytes, start, end, oneOf(VALUES, dice));
  const taken = valueSpan(other, dice);
  return splice(bytes, start, end, other.subarray(taken.start, taken.end));
};
const line: Wound = (bytes, dice) => {
  const start = nextAt(bytes, dice(bytes.length), isLineEnd);
  const end = Math.min(bytes.length, nextAt(bytes, start + 1, isLineEnd));
  const kept = bytes.subarray(start, end);
  return splice(bytes, start, start + dice(2) * kept.length, dice(2) === 0 ? kept : NO_BYTES);
};
/** Brackets within brackets, past what a reader that calls itself can take. */
const nest: Wound = (bytes, dice) => {
  const { start, end } = valueSpan(bytes, dice);
  const depth = dice(16) === 0 ? 10_000 : 1 + dice(100);
  const [open, close] = oneOf(
    [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const,
    dice,
  );
  const within = Buffer.from(bytes.subarray(start, end)).toString('latin1');
  const nested = `${open.repeat(depth)}${within}${close.repeat(depth)}`;
  return splice(bytes, start, end, Buffer.from(nested, 'latin1'));
};

/** The last is one of two dozen: it makes inputs long, and reading them slow. */
export const TEXT_WOUNDS: readonly Wound[] = [
  ...Array.from({ length: 6 }, () => [number, piece, value]).flat(),
  ...Array.from({ length: 5 }, () => line),
  nest,
];

/** Whether bytes are text, from those at the start: a form is, too, whatever it has inside. */
export function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d);
}

/** Where a value of JSON stands, if it is JSON: from a place behind a colon, comma or bracket. */
function valueSpan(
  bytes: Uint8Array,
  dice: Dice,
): { readonly start: number; readonly end: number } {
  const before = nextAt(bytes, dice(bytes.length), isBeforeValue);
  const start = Math.min(bytes.length, before + 1);
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isQuoted) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isQuoted = false;
    } else if (byte === 0x22) isQuoted = true;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) {
      if (depth === 0) return { start, end: at };
      depth--;
    } else if (byte === 0x2c && depth === 0) return { start, end: at };
  }
  return { start, end: bytes.length };
}

function nextAt(
  bytes: Uint8Array,
  from: number,
  is: (byte: number | undefined) => boolean,
): number {
  let at = from;
  while (at < bytes.length && !is(bytes[at])) at++;
  return at;
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const isLineEnd = (byte: number | undefined) => byte === 0x0a;
const isBeforeValue = (byte: number | undefined) => byte === 0x3a || byte === 0x2c || byte === 0x5b;
