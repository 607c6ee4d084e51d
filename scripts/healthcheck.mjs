/**
 * What containers ask themselves: exit code 0 when the address answers 2xx, else 1 and why.
 *
 *     node scripts/healthcheck.mjs http://127.0.0.1:4040/ready
 *
 * A file of its own with nothing to load: four checks a minute cost 0.1 s of CPU each, a service's own
 * program ten times that before it has read its first argument. The image has no curl.
 */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** Less than compose gives a check, so that the reason is said and not cut off. */
const ANSWER_MAX_MILLIS = 5_000;

const [url = ''] = process.argv.slice(2);
if (!/^https?:\/\//.test(url)) finish(false, `"${url}" is no http:// or https:// address`);

const get = url.startsWith('https:') ? getSecure : getPlain;
const request = get(url, { signal: AbortSignal.timeout(ANSWER_MAX_MILLIS) }, (response) => {
  const { statusCode = 0 } = response;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (piece) => {
    text = (text + piece).slice(0, 200);
  });
  response.on('end', () => {
    finish(statusCode >= 200 && statusCode < 300, `${url} answers ${statusCode}: ${text.trim()}`);
  });
});
request.on('error', (error) => finish(false, `${url} does not answer: ${error.message}`));

/** @returns {never} */
function finish(isHealthy, why) {
  console.log(why);
  process.exit(isHealthy ? 0 : 1);
}
