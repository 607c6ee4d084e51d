export type Multipart =
  /** Parts that are files, by name; of a name that comes twice the first. Other fields do not count. */
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly reason: string };

/** Agents send three. Node's parser takes 20 s for 100,000, and others wait for the thread. */
const MAX_PARTS = 100;

/**
 * Reads a `multipart/form-data` body with Node's own parser. Agents send profiles as files (parts
 * with a file name); a field without one is not seen, as in Pyroscope.
 */
export async function readMultipart(body: Uint8Array, contentType: string): Promise<Multipart> {
  if (hasTooManyParts(body, contentType)) {
    return { ok: false, reason: `a form of more than ${MAX_PARTS} parts` };
  }
  try {
    // A copy of the bytes as the DOM's types want them, not of what they hold.
    const whole = new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength);
    const request = new Response(whole, { headers: { 'content-type': contentType } });
    const files = new Map<string, Uint8Array>();
    for (const [name, value] of await request.formData()) {
      if (typeof value === 'string' || files.has(name)) continue;
      files.set(name, new Uint8Array(await value.arrayBuffer()));
    }
    return { ok: true, files };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: reason === '' ? 'it cannot be read' : reason };
  }
}

/** Counts delimiters; a body without any is the parser's to refuse. */
function hasTooManyParts(body: Uint8Array, contentType: string): boolean {
  const [, , boundary] = /\bboundary=("?)([^";,]+)\1/i.exec(contentType) ?? [];
  if (boundary === undefined) return false;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = `--${boundary}`;
  let count = 0;
  let at = bytes.indexOf(delimiter);
  // The last delimiter closes the form.
  while (at !== -1 && count <= MAX_PARTS + 1) {
    count++;
    at = bytes.indexOf(delimiter, at + delimiter.length);
  }
  return count > MAX_PARTS + 1;
}
