import { type IngestedJfr, type IngestParams, jfrSeries } from '@emberscope/ingest';
import { inflateProfile } from './inflate-profile.ts';
import type { IngestLimits } from './ingest-limits.ts';
import { readMultipart } from './multipart.ts';

export type ReadJfrBody =
  /** `sizeBytes` is that of the recording, inflated. */
  | { readonly kind: 'read'; readonly ingested: IngestedJfr; readonly sizeBytes: number }
  | { readonly kind: 'malformed-body'; readonly reason: string };

/**
 * Reads a body of `format=jfr`: a recording as it is, or a form of a file `jfr` and maybe a file
 * `labels`. Only files of a form may be gzip, as in Pyroscope.
 */
export async function readJfrBody(
  params: IngestParams,
  contentType: string,
  body: Uint8Array,
  limits: IngestLimits,
): Promise<ReadJfrBody> {
  if (!contentType.includes('multipart/form-data')) {
    const ingested = jfrSeries(params, { recording: body }, limits.pprof);
    return { kind: 'read', ingested, sizeBytes: body.length };
  }
  const form = await readMultipart(body, contentType);
  if (!form.ok) return malformed(`failed to parse jfr /ingest multipart form: ${form.reason}`);
  const jfr = form.files.get('jfr');
  if (jfr === undefined) return malformed('the form has no file "jfr"');
  const recording = inflate(jfr, limits.maxBatchBytes);
  if (!recording.ok) return malformed(`the file "jfr": ${recording.reason}`);
  const labelsFile = form.files.get('labels');
  let labels: Uint8Array | undefined;
  if (labelsFile !== undefined) {
    const inflated = inflate(labelsFile, limits.maxBatchBytes);
    if (!inflated.ok) return malformed(`the file "labels": ${inflated.reason}`);
    labels = inflated.bytes;
  }
  const ingested = jfrSeries(params, { recording: recording.bytes, labels }, limits.pprof);
  return { kind: 'read', ingested, sizeBytes: recording.bytes.length };
}

type Inflated =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** A recording may be larger than a profile, which is made of some of it: a body's limit holds. */
function inflate(bytes: Uint8Array, maxBytes: number): Inflated {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { ok: true, bytes };
  const inflated = inflateProfile(bytes, maxBytes);
  switch (inflated.kind) {
    case 'ok':
      return { ok: true, bytes: inflated.bytes };
    case 'too-large':
      return {
        ok: false,
        reason: `decompressed size exceeds maximum allowed size of ${maxBytes} bytes`,
      };
    case 'refused':
      return { ok: false, reason: inflated.refusal.reason };
    default:
      return inflated satisfies never;
  }
}

function malformed(reason: string): ReadJfrBody {
  return { kind: 'malformed-body', reason };
}
