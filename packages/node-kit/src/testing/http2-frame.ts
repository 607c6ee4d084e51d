/** One HTTP/2 frame: RFC 9113, section 4.1. */
export function http2Frame(
  type: number,
  flags: number,
  stream: number,
  payload = new Uint8Array(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const EMPTY_SETTINGS: Buffer = http2Frame(4, 0, 0);
