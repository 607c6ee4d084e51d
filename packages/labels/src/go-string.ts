/** A Go string literal, read from a longer text. */
export type GoString =
  | { readonly ok: true; readonly text: string; readonly endOffset: number }
  | { readonly ok: false; readonly offset: number; readonly reason: string };

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/**
 * Reads the literal that begins at `offset` with `"`, `'` or a backtick, as PromQL does: Go's
 * escapes in quotes (either kind of quote may be escaped where it is the delimiter), nothing
 * escaped between backticks. Offsets are UTF-16 units of `source`.
 *
 * `\x` and octal escapes give bytes, which may together be a character; bytes that are none
 * become U+FFFD, since a JavaScript string has no place for them.
 */
export function readGoString(source: string, offset: number): GoString {
  const quote = source[offset] ?? '';
  if (quote === '`') {
    const end = source.indexOf('`', offset + 1);
    if (end === -1) return { ok: false, offset, reason: 'unterminated raw string' };
    return { ok: true, text: source.slice(offset + 1, end), endOffset: end + 1 };
  }

  let text = '';
  let bytes: number[] = [];
  const flushBytes = (): void => {
    if (bytes.length > 0) text += decoder.decode(Uint8Array.from(bytes));
    bytes = [];
  };
  let at = offset + 1;
  while (at < source.length) {
    const character = source[at] ?? '';
    if (character === '\n') break;
    if (character === quote) {
      flushBytes();
      return { ok: true, text, endOffset: at + 1 };
    }
    if (character !== '\\') {
      flushBytes();
      text += character;
      at++;
      continue;
    }
    const escaped = readEscape(source, at, quote);
    if (!escaped.ok) return escaped;
    if (escaped.byte !== undefined) {
      bytes.push(escaped.byte);
    } else {
      flushBytes();
      text += escaped.text;
    }
    at = escaped.endOffset;
  }
  return { ok: false, offset, reason: 'unterminated quoted string' };
}

/** A byte order mark is a character like any other. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

type Escape =
  | {
      readonly ok: true;
      readonly text: string;
      readonly byte: number | undefined;
      readonly endOffset: number;
    }
  | { readonly ok: false; readonly offset: number; readonly reason: string };

function readEscape(source: string, at: number, quote: string): Escape {
  const kind = source[at + 1] ?? '';
  const simple = kind === quote ? quote : SIMPLE_ESCAPES.get(kind);
  if (simple !== undefined) return { ok: true, text: simple, byte: undefined, endOffset: at + 2 };
  const no = (reason: string): Escape => ({ ok: false, offset: at, reason });

  if (kind >= '0' && kind <= '7') {
    const digits = /^[0-7]{3}/.exec(source.slice(at + 1, at + 4))?.[0];
    const byte = Number.parseInt(digits ?? '', 8);
    if (digits === undefined) return no('an octal escape has three digits');
    if (byte > 255) return no(`"\\${digits}" is more than a byte`);
    return { ok: true, text: '', byte, endOffset: at + 4 };
  }
  const digitCount = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
  if (digitCount === 0) return no(`unknown escape "\\${kind}"`);
  const digits = source.slice(at + 2, at + 2 + digitCount);
  if (!new RegExp(`^[0-9a-fA-F]{${digitCount}}$`).test(digits)) {
    return no(`"\\${kind}" needs ${digitCount} hexadecimal digits, found "${digits}"`);
  }
  const code = Number.parseInt(digits, 16);
  const endOffset = at + 2 + digitCount;
  if (kind === 'x') return { ok: true, text: '', byte: code, endOffset };
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return no(`"\\${kind}${digits}" is not a Unicode character`);
  }
  return { ok: true, text: String.fromCodePoint(code), byte: undefined, endOffset };
}

/** A text as a Go literal in double quotes that {@link readGoString} reads back. */
export function quoteGoString(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === '\\') quoted += `\\${character}`;
    else if (character === '\n') quoted += '\\n';
    else if (code < 0x20 || code === 0x7f) quoted += `\\u${code.toString(16).padStart(4, '0')}`;
    else quoted += character;
  }
  return `${quoted}"`;
}
