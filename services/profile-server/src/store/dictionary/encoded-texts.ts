/**
 * Strings as UTF-8, one behind the other: text `i` is `bytes[start[i], start[i + 1])`. What comes
 * off a wire and goes to a disk need not become strings in between.
 */
export type EncodedTexts = {
  readonly bytes: Uint8Array;
  /** One cell more than there are texts. */
  readonly start: Int32Array;
};

export function encodeTexts(texts: readonly string[]): EncodedTexts {
  const start = new Int32Array(texts.length + 1);
  const whole = texts.join('');
  const sizeBytes = Buffer.byteLength(whole);
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  // Nearly always all of it is ASCII, and then characters are bytes.
  const isAscii = sizeBytes === whole.length;
  bytes.write(whole, isAscii ? 'latin1' : 'utf8');
  let end = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? '';
    end += isAscii ? text.length : Buffer.byteLength(text);
    start[i + 1] = end;
  }
  // Halves of a pair that two texts end and begin with become a character once they stand together.
  return { bytes: end === sizeBytes ? bytes : Buffer.concat(texts.map(encode)), start };
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}

/** A mark of byte order is a character like others: without it two strings would be one. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function decodeTexts({ bytes, start }: EncodedTexts): string[] {
  const texts: string[] = new Array(Math.max(0, start.length - 1));
  for (let i = 0; i < texts.length; i++) {
    texts[i] = decoder.decode(bytes.subarray(start[i], start[i + 1]));
  }
  return texts;
}
