import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawnServer } from './testing/spawned-server.ts';

const ROUNDS = 4;
/** A server takes writes for so long. */
const LIFE_MAX_MILLIS = 2500;
const NAMES = ['a', 'b', 'c'];

test(`a server that is killed ${ROUNDS} times has every setting and upload that it acknowledged`, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'emberscope-kill-9-files-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  /** What each setting was answered to be, and what it may be instead. */
  const acked = new Map<string, number>();
  const tried = new Map<string, number>();
  const uploads: string[] = [];
  let next = 1;

  for (let round = 0; round <= ROUNDS; round++) {
    await using server = await spawnServer(dataDir);
    const { child, url } = server;
    const { settings = [] } = (await call(url, 'settings.v1.SettingsService/Get', {})) as {
      settings?: { name: string; value: string }[];
    };
    const found = new Map(settings.map(({ name, value }) => [name, Number(value)]));
    for (const [name, value] of acked) {
      const read = found.get(name) ?? 0;
      const isIt = read >= value && read <= (tried.get(name) ?? 0);
      assert.ok(isIt, `round ${round}: ${name} is ${read} where ${value} was acknowledged`);
    }
    for (const id of uploads) {
      const got = await call(url, 'adhocprofiles.v1.AdHocProfileService/Get', { id });
      assert.ok(got !== undefined, `round ${round}: ${id} was acknowledged`);
    }
    const writes = NAMES.map(async (name) => {
      for (;;) {
        const value = next++;
        tried.set(name, value);
        const setting = { name, value: `${value}` };
        if ((await call(url, 'settings.v1.SettingsService/Set', { setting })) === undefined) return;
        acked.set(name, value);
        const file = { name: 'f.txt', profile: Buffer.from(`a ${value}\n`).toString('base64') };
        const kept = await call(url, 'adhocprofiles.v1.AdHocProfileService/Upload', file);
        if (kept === undefined) return;
        uploads.push(String((kept as { id: string }).id));
        // As many as the server keeps are far away, and each is asked for in every round.
        if (uploads.length > 100) return;
      }
    });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MAX_MILLIS));
    child.kill('SIGKILL');
    await once(child, 'close');
    await Promise.all(writes);
  }
  assert.ok(acked.size > 0 && uploads.length > 0);
  t.diagnostic(`${next} settings, ${uploads.length} uploads`);
});

/** Undefined when the server is gone. */
async function call(url: string, path: string, message: object): Promise<unknown> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    text = await answer.text();
  } catch {
    return undefined;
  }
  assert.ok(answer.ok, text);
  return JSON.parse(text);
}
