export type Multipart =
  /** Parts that are files, by name; of a name that comes twice the first. Other fields do not count. */
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly reason: string };

/** Agents send three. Node's parser takes 20 s for 100,000, and others wait for the thread. */
const MAX_PARTS = 100;

/** Of what stands above a part, its name above all: Node's parser takes 40 s for 250 MB of that. */
const HEAD_MAX_BYTES = 8192;

/**
 * Reads a `multipart/form-data` body with Node's own parser. Agents send profiles as files (parts
 * with a file name); a field without one is not seen, as in Pyroscope.
 */
export async function readMultipart(body: Uint8Array, contentType: string): Promise<Multipart> {
  const boundary = boundaryIn(contentType);
  const tooMuch = boundary === undefined ? undefined : whyTooMuch(body, boundary);
  if (tooMuch !== undefined) return { ok: false, reason: tooMuch };
  try {
    // A copy of the bytes as the DOM's types want them, not of what they hold.
    const whole = new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength);
    const request = new Response(whole, { headers: { 'content-type': formType(boundary) } });
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

function boundaryIn(contentType: string): string | undefined {
  return /[;\s]boundary=("?)([^";,]+)\1/i.exec(contentType)?.[2]?.trim();
}

/**
 * What the parser is told: it must find the delimiters that were looked at, and no others, however a
 * header can be read.
 */
function formType(boundary: string | undefined): string {
  if (boundary === undefined) return 'multipart/form-data';
  return `multipart/form-data; boundary="${boundary.replaceAll('\\', '\\\\')}"`;
}

/** Looks at delimiters and what follows them; a body without any is the parser's to refuse. */
function whyTooMuch(body: Uint8Array, boundary: string): string | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = `--${boundary}`;
  let count = 0;
  for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, at)) {
    at += delimiter.length;
    const head = bytes.subarray(at, at + HEAD_MAX_BYTES);
    const isLast = head.length < HEAD_MAX_BYTES || head.indexOf('--') === 0;
    if (!isLast && !head.includes('\r\n\r\n')) {
      return `the head of a part is more than ${HEAD_MAX_BYTES} bytes`;
    }
    // The last delimiter closes the form.
    if (++count > MAX_PARTS + 1) return `a form of more than ${MAX_PARTS} parts`;
  }
  return undefined;
}
