import { writeSync } from 'node:fs';
import { labelSetFromRecord } from '@emberscope/labels';
import { systemClock, systemRandom } from '@emberscope/node-kit';
import { profileFromText } from '@emberscope/profile';
import { unixNanos } from '@emberscope/units';
import { ANONYMOUS, pushId } from '../../ids.ts';
import type { PushProfile } from '../../push.ts';
import { openOnThisMachine } from './embedded-subject.ts';
import { takeNumbered } from './numbered-profiles.ts';

/*
 * A process with a store in it, to be killed. Says line by line what it finds (`found NUMBER ID`),
 * `ready`, and then what it pushes and what became of it: `try`, `ack NUMBER ID`, `refused`.
 *
 *     node kill-9-child.js DATA_DIR FIRST_NUMBER
 */

/** So many pushes run at once, so that kills meet batches of several. */
const LANES = 3;
const PAUSE_MILLIS = 10;
const PROFILES_OF_PUSH = 3;
const SAMPLE_TYPES = [
  { type: 'samples', unit: 'count' },
  { type: 'cpu', unit: 'nanoseconds' },
];
const DAY_NANOS = 86_400_000_000_000n;

const [dataDir = '', first = '0'] = process.argv.slice(2);
let next = Number(first);

/** In one call of the system, so that a line is there when what it says is true. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const store = openOnThisMachine(dataDir);
await store.start();
for (const { number, id } of await takeNumbered(store)) say(`found ${number} ${id}`);
say('ready');
await Promise.all([...Array.from({ length: LANES }, lane), flushNowAndThen()]);

async function lane(): Promise<never> {
  for (;;) {
    const numbers = Array.from({ length: 1 + systemRandom.below(PROFILES_OF_PUSH) }, () => next++);
    for (const number of numbers) say(`try ${number}`);
    const labels = labelSetFromRecord({
      __name__: 'process_cpu',
      service_name: `s${systemRandom.below(3)}`,
    });
    const [outcomes = []] = await store.push(ANONYMOUS, [
      { labels, profiles: numbers.map(profileOf) },
    ]);
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.kind === 'stored') say(`ack ${numbers[i]} ${outcome.profileId}`);
      else say(`refused ${numbers[i]} ${JSON.stringify(outcome)}`);
    }
    await systemClock.sleep(PAUSE_MILLIS);
  }
}

/** Its number is the name of a function and its value, so that it is known when it is seen again. */
function profileOf(number: number): PushProfile {
  const back = number % 7 === 0 ? DAY_NANOS : 0n;
  const profile = profileFromText(`main;n${number} ${number + 1} ${10 * (number + 1)}\nmain 1 10`, {
    sampleTypes: SAMPLE_TYPES,
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    timeNanos: unixNanos(systemClock.nowNanos() - back),
  });
  const id = pushId(`emb1-${number.toString(16).padStart(32, '0')}`);
  return number % 2 === 0 || id === undefined ? { profile } : { profile, pushId: id };
}

async function flushNowAndThen(): Promise<never> {
  for (;;) {
    await systemClock.sleep(systemRandom.below(300));
    await store.flush();
    await store.runMaintenance();
  }
}
