/** The files of a `multipart/form-data` body, by field name; of a name that comes twice the first. */
export type MultipartFiles =
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly reason: string };

/**
 * Takes a form apart (RFC 7578, on RFC 2046, section 5.1.1). The files are views of the body. A
 * field without a file name is no file and is passed over, as Go's servers do.
 *
 * Line ends are CRLF, as every client writes them. A part's text is looked for by its delimiter
 * alone, so time is proportional to the body whatever it holds.
 */
export function readMultipartForm(contentType: string, body: Uint8Array): MultipartFiles {
  const no = (reason: string): MultipartFiles => ({
    ok: false,
    reason: `multipart form: ${reason}`,
  });
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return no('no boundary in the content type');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = `\r\n--${boundary}`;

  // The first delimiter may stand at the very beginning, without the line end before it.
  const startsAtOnce =
    bytes.subarray(0, delimiter.length - 2).toString('latin1') === `--${boundary}`;
  let offset = startsAtOnce ? delimiter.length - 2 : afterDelimiter(bytes, delimiter, 0);
  if (offset === undefined) return no('its boundary does not appear');

  const files = new Map<string, Uint8Array>();
  for (let parts = 0; ; parts++) {
    if (bytes.subarray(offset, offset + 2).toString('latin1') === '--') return { ok: true, files };
    if (parts === MAX_PARTS) return no(`more than ${MAX_PARTS} parts`);
    const headStart = bytes.indexOf('\r\n', offset);
    const isBlank = bytes.subarray(offset, headStart).every((byte) => byte === 0x20 || byte === 9);
    if (headStart === -1 || !isBlank) return no('a boundary is followed by something else');
    // An empty head has its blank line right here.
    const headEnd = bytes.subarray(headStart, headStart + MAX_HEAD_BYTES).indexOf('\r\n\r\n');
    if (headEnd === -1) return no('the head of a part does not end');
    const head = bytes.subarray(headStart, headStart + headEnd).toString('utf8');
    const start = headStart + headEnd + 4;
    // The delimiter's line end may be the one that closes the head of an empty part.
    const next = afterDelimiter(bytes, delimiter, start - 2);
    if (next === undefined) return no('a part does not end');
    const end = Math.max(start, next - delimiter.length);
    const field = fileField(head);
    if (field !== undefined && !files.has(field)) files.set(field, bytes.subarray(start, end));
    offset = next;
  }
}

/** Agents send three. */
const MAX_PARTS = 100;
const MAX_HEAD_BYTES = 8192;

function afterDelimiter(bytes: Buffer, delimiter: string, from: number): number | undefined {
  const at = bytes.indexOf(delimiter, from, 'latin1');
  return at === -1 ? undefined : at + delimiter.length;
}

/** At most 70 characters, RFC 2046 says; it also keeps a search short. */
const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i;

function boundaryOf(contentType: string): string | undefined {
  const found = BOUNDARY.exec(contentType);
  return found?.[1] ?? found?.[2];
}

/** The name of the field when the part is a file. */
function fileField(head: string): string | undefined {
  const line = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  if (!/^\s*form-data\s*;/i.test(line)) return undefined;
  const isFile = /;\s*filename\*?=/i.test(line);
  const name = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(line);
  return isFile ? (name?.[1] ?? name?.[2]) : undefined;
}
