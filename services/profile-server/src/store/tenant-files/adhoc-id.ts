/**
 * The id of an uploaded file, `ULID-NAME`: 48 bits of time and 80 random ones in Crockford's base 32
 * (the ULID specification), and what of the file's name is safe in a path.
 */
export type AdHocId = string & { readonly __brand: 'AdHocId' };

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
/** Random bytes that an id takes. */
export const ID_RANDOM_BYTES = 10;

/** With it and the ULID a file's name stays below the 255 bytes that file systems take. */
const NAME_MAX_LENGTH = 200;

const ID = new RegExp(`^([0-7][${DIGITS}]{${TIME_DIGITS - 1}})[${DIGITS}]{${RANDOM_DIGITS}}-(.*)$`);

/** Of characters that ids may have; those of another shape are nobody's. */
export function isIdText(text: string): boolean {
  return /^[a-zA-Z0-9_.-]+$/.test(text);
}

export function createAdHocId(atMillis: number, random: Uint8Array, fileName: string): AdHocId {
  let time = '';
  let rest = atMillis;
  for (let i = 0; i < TIME_DIGITS; i++) {
    time = DIGITS.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let noise = '';
  let bits = 0;
  let held = 0;
  for (const byte of random.subarray(0, ID_RANDOM_BYTES)) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) noise += DIGITS.charAt((held >> (bits - 5)) & 31);
    held &= 31;
  }
  const name = fileName.replaceAll(/[^a-zA-Z0-9_.-]/gu, '_').slice(0, NAME_MAX_LENGTH);
  return `${time}${noise}-${name}` as AdHocId;
}

/** What an id says; undefined when it is none that we made. */
export function parseAdHocId(
  text: string,
): { readonly id: AdHocId; readonly atMillis: number; readonly name: string } | undefined {
  const [, time, name] = ID.exec(text) ?? [];
  if (time === undefined || name === undefined || !isIdText(text)) return undefined;
  if (name.length > NAME_MAX_LENGTH) return undefined;
  let atMillis = 0;
  for (const digit of time) atMillis = atMillis * 32 + DIGITS.indexOf(digit);
  return { id: text as AdHocId, atMillis, name };
}
