import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { createFrontDoor, createSimClock, systemClock, systemRandom } from '@emberscope/node-kit';
import { ingestLimits, queryLimits } from '../settings.ts';
import { settingsOf } from '../testing/running-server.ts';
import type { IngestPool } from '../work/ingest-pool.ts';
import { type DoorPractice, practiceHandler, practiseDoor } from './practise-door.ts';

type Run = (
  kind: string,
  input: { readonly message: { readonly bytes: Uint8Array } },
  options: { readonly transfer: readonly ArrayBuffer[] },
) => Promise<unknown>;

/** Practice with threads that do this. */
function practiceWith(run: Run, clock = systemClock): DoorPractice {
  const pool = { run } as unknown as IngestPool;
  const settings = settingsOf({});
  const limits = { ingestLimits: ingestLimits(settings), queryLimits: queryLimits(settings) };
  return { pool, clock, random: systemRandom, ...limits };
}

const NO_PROFILES = { kind: 'done', output: { kind: 'profiles', profiles: [] } };

describe('practice at the door', () => {
  test('takes pushes as clients send them, and leaves no door open', async () => {
    const pushed: string[] = [];
    const port = await practiseDoor(
      practiceWith(async (kind, { message }, { transfer }) => {
        pushed.push(`${kind} ${message.bytes.length > 64 * 1024} ${transfer.length}`);
        return NO_PROFILES;
      }, createSimClock()),
    );
    assert.deepEqual(
      pushed,
      Array.from({ length: 4 }, () => 'preparePush true 1'),
    );
    await assert.rejects(once(connect(port ?? 0, '127.0.0.1'), 'connect'), {
      code: 'ECONNREFUSED',
    });
  });

  test('ends when threads do not answer: a start does not wait for it', async () => {
    const clock = createSimClock();
    let isDone = false;
    let asked = 0;
    const never: Run = () => {
      asked++;
      return new Promise(() => {});
    };
    const practised = practiseDoor(practiceWith(never, clock)).then(() => {
      isDone = true;
    });
    while (asked < 2) await new Promise(setImmediate);
    assert.equal(isDone, false);
    await clock.advance(250);
    await practised;
  });

  test('answers nobody else', async () => {
    const handler = practiceHandler(
      practiceWith(async () => NO_PROFILES),
      'token',
    );
    const door = createFrontDoor({ handler });
    const listening = await door.listen({ host: '127.0.0.1', port: 0 }, 'listen');
    assert.ok(listening.ok);
    const push = async (token: string) => {
      const url = `http://127.0.0.1:${listening.address.port}/push.v1.PusherService/Push`;
      const headers = { 'content-type': 'application/proto', 'x-practice': token };
      const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(8) });
      await answer.arrayBuffer();
      return answer.status;
    };
    assert.equal(await push('another'), 404);
    assert.equal(await push('token'), 200);
    await door.close(0);
  });
});
