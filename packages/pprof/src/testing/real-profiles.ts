import { gunzipSync } from 'node:zlib';
import { fixtureFiles, sharedFiles } from '@emberscope/test-kit';

export type RealProfile = { readonly path: string; readonly bytes: Uint8Array };

/**
 * The pprof profiles of real agents and profilers, inflated: those of `fixtures/` always, those of
 * the conformance suite where it is. Uploads as multipart forms are unpacked.
 */
export function realProfiles(): readonly RealProfile[] {
  return [
    ...fixtureFiles(/\.(pb\.gz|multipart\.body|node\d+\.body)$/),
    ...sharedFiles('conformance/inputs', /\/(pprof|agents)\/.*\.(pb\.gz|multipart\.body)$/),
  ].flatMap(({ path, bytes }) => {
    const profile = path.endsWith('.gz') ? bytes : profileOfForm(bytes);
    return isGzip(profile) ? [{ path, bytes: new Uint8Array(gunzipSync(profile)) }] : [];
  });
}

/** The part named `profile` of a multipart form. */
function profileOfForm(form: Uint8Array): Uint8Array {
  const body = Buffer.from(form.buffer, form.byteOffset, form.length);
  const boundary = body.subarray(0, body.indexOf('\r\n'));
  const part = body.indexOf('name="profile"');
  const start = body.indexOf('\r\n\r\n', part) + 4;
  return body.subarray(start, body.indexOf(boundary, start) - 2);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
