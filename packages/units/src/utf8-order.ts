/**
 * Compares two texts by the bytes of their UTF-8 form, which is how Go (and so Pyroscope) sorts
 * strings. Negative when `a` comes first.
 *
 * JavaScript's own order is that of UTF-16 units. The two differ in one place: units of surrogate
 * pairs (U+D800 to U+DFFF, characters from U+10000 on) are smaller than U+E000 to U+FFFF, though
 * their characters come later. So those two ranges change places before units are compared, and
 * nothing has to be encoded.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitOfA = a.charCodeAt(i);
    const unitOfB = b.charCodeAt(i);
    if (unitOfA !== unitOfB) return rankOfUnit(unitOfA) - rankOfUnit(unitOfB);
  }
  return a.length - b.length;
}

/** The bytes of a text in UTF-8, without encoding it. A lone surrogate counts as U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A pair is two units and four bytes: two for each. Anything else above U+07FF is three.
    if (unit < 0x800) bytes += 1;
    else if (isPairAt(text, i)) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function rankOfUnit(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function isPairAt(text: string, i: number): boolean {
  const high = text.charCodeAt(i);
  const low = text.charCodeAt(i + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}
