import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { clientGone } from './client-gone.ts';

/** Aborts that were heard, when a client asks and stays or goes. */
async function abortsHeard(stays: boolean, isRemoved: boolean): Promise<number> {
  let aborts = 0;
  const listener = () => void aborts++;
  const server = createServer((_request, response) => {
    const signal = clientGone(response);
    signal.addEventListener('abort', listener, { once: true });
    if (isRemoved) signal.removeEventListener('abort', listener);
    response.once('close', () => server.close());
    if (stays) response.end('done');
    else client.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = httpRequest({ host: '127.0.0.1', port, agent: false });
  client.on('error', () => {});
  client.on('response', (response) => response.resume());
  client.end();
  await once(server, 'close');
  return aborts;
}

test('a client that goes away is heard of once', async () => {
  assert.equal(await abortsHeard(false, false), 1);
});

test('nothing is heard once the listener is taken away, of a client that goes or stays', async () => {
  assert.equal(await abortsHeard(false, true), 0);
  assert.equal(await abortsHeard(true, true), 0);
});
