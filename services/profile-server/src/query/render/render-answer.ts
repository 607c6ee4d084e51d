/** An answer of the older HTTP API. */
export type RenderAnswer = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
};

export function renderJson(bytes: Uint8Array<ArrayBuffer>): RenderAnswer {
  return { bytes, contentType: 'application/json' };
}
