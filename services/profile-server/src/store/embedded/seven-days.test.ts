import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSetFromRecord, matcher } from '@emberscope/labels';
import { createSeededRandom, createSimClock, createSimFs } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { nanosFromMillis, unixMillis, unixNanos } from '@emberscope/units';
import { ANONYMOUS } from '../ids.ts';
import { deflateHere } from './segment/deflate-page.ts';
import { embeddedSubject } from './testing/embedded-subject.ts';

const DATA_DIR = '/data';
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const RETENTION_MILLIS = 7 * DAY_MILLIS;
const SERVICES = 10;
const STEP_MILLIS = 3 * HOUR_MILLIS;
/** The oldest is as old as the retention, to the millisecond. */
const PER_SERVICE = RETENTION_MILLIS / STEP_MILLIS + 1;
/** A clock that jumps is believed when it has stood there for so long. */
const JUMP_HELD_MILLIS = 5000;
const UNLINKED_AFTER_MILLIS = 121_000;
const TYPE = { type: 'cpu', unit: 'nanoseconds' };
const CONTEXT = { signal: new AbortController().signal };

/** Each unlike all others, so that a sum says which of them it has. */
const drawnValue = (service: number, number: number) => 2 ** 20 * service + 1000 + number;

test('seven days of ten services can be asked, and go by the clock: reads to the millisecond, files by days', async () => {
  const clock = createSimClock();
  // In the middle of a day: the first one ends before its last profile does.
  clock.jumpWall(10 * HOUR_MILLIS);
  const beganMillis = clock.nowMillis();
  const fs = createSimFs({ random: createSeededRandom(1), clock });
  const openStore = () =>
    embeddedSubject({ jumpHeldMillis: JUMP_HELD_MILLIS }, deflateHere).open({
      ...{ fs, clock, random: createSeededRandom(2), dataDir: DATA_DIR },
      retentionMillis: RETENTION_MILLIS,
    });
  let store = openStore();
  await clock.runUntil(store.start());

  const sent = Array.from({ length: SERVICES }, (_, service) =>
    Array.from({ length: PER_SERVICE }, (_, number) => ({
      timeMillis: beganMillis - number * STEP_MILLIS,
      value: drawnValue(service, number),
    })),
  );
  for (const [service, profiles] of sent.entries()) {
    const outcomes = await clock.runUntil(
      store.push(ANONYMOUS, [
        {
          labels: labelSetFromRecord({ __name__: 'process_cpu', service_name: `s${service}` }),
          profiles: profiles.map(({ timeMillis, value }) => ({
            profile: profileFromText(`main;s${service} ${value}`, {
              sampleTypes: [TYPE],
              periodType: TYPE,
              timeNanos: nanosFromMillis(unixMillis(timeMillis)),
            }),
          })),
        },
      ]),
    );
    assert.ok(outcomes.flat().every(({ kind }) => kind === 'stored'));
  }

  /** What each service comes to, and what it should: all that is not older than the retention. */
  async function check(when: string): Promise<void> {
    const oldestMillis = clock.nowMillis() - RETENTION_MILLIS;
    for (const [service, profiles] of sent.entries()) {
      const wanted = profiles
        .filter(({ timeMillis }) => timeMillis >= oldestMillis)
        .reduce((sum, { value }) => sum + value, 0);
      assert.equal(await totalOf(`s${service}`), BigInt(wanted), `${when}, s${service}`);
    }
  }

  async function foldersOfDays(): Promise<readonly string[]> {
    const names = (await clock.runUntil(fs.readdir(DATA_DIR))).map(({ name }) => name);
    return names.filter((name) => /^\d{4}-/.test(name));
  }

  await check('in the log');
  await clock.runUntil(store.flush());
  await check('in segments');
  await clock.advance(60_000);
  await check('in merged days');

  for (const day of [1, 4, 8]) {
    // The oldest profile is as old as may be; a millisecond later it is not there.
    clock.jumpWall(beganMillis + day * DAY_MILLIS - STEP_MILLIS - clock.nowMillis());
    await check(`${day} days later but for three hours`);
    clock.jumpWall(1);
    await check(`${day} days later but for three hours, and a millisecond`);
    await clock.advance(JUMP_HELD_MILLIS + 2000);
    await clock.advance(UNLINKED_AFTER_MILLIS);
    await check(`${day} days later, with its files gone`);
    const oldestMillis = clock.nowMillis() - RETENTION_MILLIS;
    const oldestDay = new Date(oldestMillis).toISOString().slice(0, 10);
    const lastDay = new Date(beganMillis).toISOString().slice(0, 10);
    const folders = await foldersOfDays();
    assert.ok(
      folders.every((name) => name >= oldestDay),
      `${folders} at ${oldestDay}`,
    );
    assert.equal(
      folders.includes(lastDay),
      oldestDay <= lastDay,
      'a day that may be seen is there',
    );
    if (day !== 4) continue;
    await clock.runUntil(store.stop());
    store = openStore();
    await clock.runUntil(store.start());
    await check('after a restart');
  }
  assert.deepEqual(await foldersOfDays(), []);
  await clock.runUntil(store.stop());

  async function totalOf(service: string): Promise<bigint> {
    const built = matcher('=', 'service_name', service);
    assert.ok(built.ok);
    const range = { startNanos: unixNanos(0n), endNanos: unixNanos(2n ** 62n) };
    const profileType = {
      ...{ name: 'process_cpu', sampleType: TYPE.type, sampleUnit: TYPE.unit },
      ...{ periodType: TYPE.type, periodUnit: TYPE.unit },
    };
    const answer = await clock.runUntil(
      store.mergeTotal(
        { tenants: [ANONYMOUS], range, matchers: [built.matcher], profileType, mode: 'sum' },
        CONTEXT,
      ),
    );
    assert.ok(answer.ok, answer.ok ? '' : answer.error.reason);
    return answer.value.total;
  }
});
