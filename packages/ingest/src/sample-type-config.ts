/** What an agent says of its sample types, by their names. Only display names matter here. */
export type SampleTypeConfig = ReadonlyMap<string, { readonly displayName: string | undefined }>;

export type ParsedSampleTypeConfig =
  | { readonly ok: true; readonly config: SampleTypeConfig }
  | { readonly ok: false; readonly reason: string };

/** Reads the part `sample_type_config` of a multipart upload: an object of objects. */
export function parseSampleTypeConfig(bytes: Uint8Array): ParsedSampleTypeConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `sample_type_config is not JSON: ${reason}` };
  }
  if (!isObject(parsed)) return { ok: false, reason: 'sample_type_config is not an object' };
  const config = new Map<string, { displayName: string | undefined }>();
  for (const [type, value] of Object.entries(parsed)) {
    if (!isObject(value)) {
      return { ok: false, reason: `sample_type_config: "${type}" is not an object` };
    }
    const displayName = value['display-name'];
    if (displayName !== undefined && displayName !== null && typeof displayName !== 'string') {
      return { ok: false, reason: `sample_type_config: the display-name of "${type}" is not text` };
    }
    config.set(type, { displayName: displayName || undefined });
  }
  return { ok: true, config };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
