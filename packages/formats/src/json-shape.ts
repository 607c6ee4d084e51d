/*
 * Doors from parsed JSON to shapes: each takes what it is given to a type, or says that it is not
 * one. Files come from anywhere, so nothing in them is believed.
 */

export type JsonObject = { readonly [key: string]: unknown };

/** Why a file is not of its format: thrown inside a reader, answered at its door. */
export class MalformedFile extends Error {
  override readonly name = 'MalformedFile';
}

/** Parses JSON and reads it; a {@link MalformedFile} or bad JSON becomes the reason. */
export function readJson<Answer>(
  bytes: Uint8Array,
  read: (file: JsonObject) => Answer,
): { readonly ok: true; readonly value: Answer } | { readonly ok: false; readonly reason: string } {
  try {
    const file: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return { ok: true, value: read(object(file, 'the file')) };
  } catch (error) {
    if (error instanceof MalformedFile) return { ok: false, reason: error.message };
    if (error instanceof SyntaxError) return { ok: false, reason: `not JSON: ${error.message}` };
    throw error;
  }
}

export function object(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new MalformedFile(`${what} is not an object`);
  return value;
}

export function array(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedFile(`${what} is not a list`);
  return value;
}

/** A list that may be left out. */
export function optionalArray(value: unknown, what: string): readonly unknown[] {
  return value === undefined || value === null ? [] : array(value, what);
}

export function number(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new MalformedFile(`${what} is not a number: ${show(value)}`);
  }
  return value;
}

/** A whole number from 0 to 2^31 - 1, such as a line, an index or a count. */
export function index(value: unknown, what: string): number {
  const whole = number(value, what);
  if (!Number.isInteger(whole) || whole < 0 || whole > 0x7fffffff) {
    throw new MalformedFile(`${what} is not a whole number from 0 to 2147483647: ${whole}`);
  }
  return whole;
}

/** A text; '' when it is left out. */
export function text(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MalformedFile(`${what} is not text: ${show(value)}`);
  return value;
}

/** A line number; 0 when it is left out or makes no sense, since viewers can do without. */
export function lineNumber(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= 0x7fffffff ? Math.trunc(value) : 0;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of lists and objects only what they are: printing a deep one would overflow the stack. */
function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}
