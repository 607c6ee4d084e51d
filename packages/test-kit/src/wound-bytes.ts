import { type Dice, oneOf } from './dice.ts';
import { NO_BYTES, splice } from './splice.ts';
import { oddNumber, varintEnd, varintOf } from './varints.ts';

/** Damages bytes of any kind in one place; `other` is a good input, to take parts of. */
export type Wound = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array;

const ODD_BYTES = [0, 1, 0x7f, 0x80, 0xff] as const;

const set: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, place + 1, Uint8Array.of(dice(256)));
};
const setOdd: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, place + 1, Uint8Array.of(oneOf(ODD_BYTES, dice)));
};
const flip: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, place + 1, Uint8Array.of((bytes[place] ?? 0) ^ (1 << dice(8))));
};
const step: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, place + 1, Uint8Array.of((bytes[place] ?? 0) + dice(2) * 2 - 1));
};
const cut: Wound = (bytes, dice) => bytes.slice(0, dice(bytes.length));
const remove: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  return splice(bytes, place, Math.min(bytes.length, place + 1 + dice(32)), NO_BYTES);
};
const insert: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  const drawn = Uint8Array.from({ length: 1 + dice(12) }, () => dice(256));
  return splice(bytes, place, place, drawn);
};
const copy: Wound = (bytes, dice, other) => {
  const place = dice(bytes.length);
  const from = dice(other.length);
  return splice(bytes, place, place, other.subarray(from, from + 1 + dice(64)));
};
const repeat: Wound = (bytes, dice) => {
  const from = dice(bytes.length);
  const part = bytes.subarray(from, from + 1 + dice(16));
  const repeated = new Uint8Array(part.length * (1 + dice(32)));
  for (let at = 0; at < repeated.length; at += part.length) repeated.set(part, at);
  return splice(bytes, from, from, repeated);
};
/** A number of as many bytes as the one that was there: whatever follows stays in its place. */
const varintInPlace: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  const end = varintEnd(bytes, place);
  const drawn = varintOf(oddNumber(dice), end - place).subarray(0, end - place);
  const fitting = Uint8Array.from(drawn);
  fitting[fitting.length - 1] = (fitting[fitting.length - 1] ?? 0) & 0x7f;
  return splice(bytes, place, end, fitting);
};
const varint: Wound = (bytes, dice) => {
  const place = dice(bytes.length);
  const padded = dice(4) === 0 ? 1 + dice(12) : 1;
  return splice(bytes, place, varintEnd(bytes, place), varintOf(oddNumber(dice), padded));
};
/** Lengths and offsets of a fixed width, in the order of bytes of Java or of C. */
const fixed: Wound = (bytes, dice) => {
  const width = oneOf([2, 4, 8], dice);
  const place = dice(Math.max(0, bytes.length - width));
  const value = oddNumber(dice);
  const field = Uint8Array.from({ length: width }, (_, i) =>
    Number((value >> BigInt(8 * i)) & 0xffn),
  );
  return splice(bytes, place, place + width, dice(2) === 0 ? field : field.reverse());
};

export const BYTE_WOUNDS: readonly Wound[] = [
  set,
  setOdd,
  flip,
  step,
  cut,
  remove,
  insert,
  copy,
  repeat,
  varintInPlace,
  varintInPlace,
  varint,
  fixed,
];
