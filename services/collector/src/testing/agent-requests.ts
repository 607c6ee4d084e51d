import { fixtureFile, fixtureFiles } from '@emberscope/test-kit';

/** One request of a real agent, as it was captured. */
export type AgentRequest = {
  readonly name: string;
  /** `/ingest?…` */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The pprof in it, gzipped as the agent sent it. */
  readonly profile: Uint8Array;
};

/** Every captured push of `fixtures/`: versions 0.4 to 0.6, raw and as forms. */
export function agentRequests(): readonly AgentRequest[] {
  return fixtureFiles(/\.request\.json$/).map(({ path, bytes }) => {
    const request: { url: string; rawHeaders: string[] } = JSON.parse(
      new TextDecoder().decode(bytes),
    );
    const stem = path.replace(/\.request\.json$/, '');
    const isForm = /multipart/.test(path);
    const body = new Uint8Array(fixtureFile(`${stem}${isForm ? '.body' : '.pb.gz'}`));
    return {
      name: stem,
      path: request.url,
      headers: sentHeaders(request.rawHeaders),
      body,
      profile: isForm ? gzipIn(body) : body,
    };
  });
}

function sentHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (/^(content-type|x-scope-orgid|authorization)$/.test(name)) headers[name] = raw[i + 1] ?? '';
  }
  return headers;
}

/** What lies between the blank line of the only part and the closing boundary. */
function gzipIn(form: Uint8Array): Uint8Array {
  const bytes = Buffer.from(form);
  const boundary = bytes.subarray(0, bytes.indexOf('\r\n'));
  const start = bytes.indexOf('\r\n\r\n') + 4;
  return bytes.subarray(start, bytes.indexOf(boundary, start) - 2);
}
