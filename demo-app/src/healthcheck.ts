/**
 *     node dist/healthcheck.js http://127.0.0.1:8080/ready
 *
 * Exit code 0 when that answers 200, else 1 and one sentence: for images that have no curl. `node:http`
 * and not `fetch`, because it loads in a fraction of the time and this runs every few seconds.
 */
import { get } from 'node:http';

/** Longer than a process takes to find out that it is not ready. */
const ANSWER_MAX_MILLIS = 3_000;

const [url] = process.argv.slice(2);
if (url === undefined || !URL.canParse(url) || !url.startsWith('http://')) {
  fail(`"${url ?? ''}" must be the http:// URL of a /ready.`);
} else {
  const request = get(url, { signal: AbortSignal.timeout(ANSWER_MAX_MILLIS) });
  request.on('response', (response) => {
    response.resume();
    if (response.statusCode !== 200) fail(`${url} answers ${response.statusCode}.`);
  });
  request.on('error', (error) => fail(`${url} does not answer: ${error.message}.`));
}

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
