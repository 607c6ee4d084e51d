import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { CommandResult } from './command-result.ts';

/** Longer than a busy machine needs, shorter than what containers give a health check. */
const TIMEOUT_MILLIS = 2500;

/** `collector healthcheck URL`: exit code 0 when the address answers with 2xx. Images have no curl. */
export async function runHealthcheck(argv: readonly string[]): Promise<CommandResult> {
  const [url, ...rest] = argv;
  if (url === undefined || rest.length > 0 || !URL.canParse(url) || !/^https?:/.test(url)) {
    const example = 'collector healthcheck http://127.0.0.1:4100/ready';
    return { code: 1, text: `healthcheck takes one address: ${example}\n` };
  }
  const said = await ask(url);
  return typeof said === 'number' && said >= 200 && said < 300
    ? { code: 0, text: `${url}: ${said}\n` }
    : { code: 1, text: `${url}: ${said}\n` };
}

function ask(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isLate = error.name === 'AbortError' || error.name === 'TimeoutError';
      resolve(isLate ? `no answer within ${TIMEOUT_MILLIS} ms` : (error.code ?? error.message));
    });
    request.on('response', (response) => {
      response.resume();
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end();
  });
}
