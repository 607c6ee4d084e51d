export type Multipart =
  /** Parts that are files, by name; of a name that comes twice the first. Other fields do not count. */
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a `multipart/form-data` body with Node's own parser. Agents send profiles as files (parts
 * with a file name); a field without one is not seen, as in Pyroscope.
 */
export async function readMultipart(body: Uint8Array, contentType: string): Promise<Multipart> {
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
