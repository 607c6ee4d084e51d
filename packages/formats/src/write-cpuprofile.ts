import type { Profile } from '@emberscope/profile';
import { v8NodesOf } from './v8-nodes.ts';

/**
 * Writes a `.cpuprofile` that DevTools opens. The first sample type in time units becomes the time
 * (hits, without one, a millisecond each); the first in counts becomes the hits. V8's files count
 * microseconds: what is below is rounded. A file is a row of samples in time, and a profile has no
 * order in time, so each running line is one long sample, one behind the other.
 */
export function writeCpuProfile(profile: Profile): Uint8Array {
  const time = profile.sampleTypes.findIndex(({ unit }) => MICROS_PER_UNIT.has(unit));
  const hits = profile.sampleTypes.findIndex(({ unit }) => unit === 'count');
  const microsPerUnit = MICROS_PER_UNIT.get(profile.sampleTypes[time]?.unit ?? '') ?? 1000;
  const tree = v8NodesOf(profile);

  const samples: number[] = [];
  const durations: number[] = [];
  const nodes = tree.map(({ callFrame, children, byLine }, id) => {
    const positionTicks: { line: number; ticks: number }[] = [];
    let hitCount = 0;
    for (const [line, values] of byLine) {
      const ticks = hits === -1 ? 1 : Number(values[hits]);
      const micros = Number(time === -1 ? ticks : values[time]) * microsPerUnit;
      if (ticks <= 0 && micros <= 0) continue;
      hitCount += ticks;
      if (line > 0) positionTicks.push({ line, ticks });
      samples.push(id + 1);
      durations.push(Math.max(0, Math.round(micros)));
    }
    return {
      id: id + 1,
      callFrame,
      hitCount,
      ...(children.length === 0 ? {} : { children: children.map((child) => child + 1) }),
      ...(positionTicks.length === 0 ? {} : { positionTicks }),
    };
  });

  const startTime = Number(profile.timeNanos / 1000n);
  const total = durations.reduce((sum, micros) => sum + micros, 0);
  const timeDeltas = [0, ...durations].slice(0, samples.length);
  const file = { nodes, startTime, endTime: startTime + total, samples, timeDeltas };
  return new TextEncoder().encode(JSON.stringify(file));
}

const MICROS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['nanoseconds', 1e-3],
  ['microseconds', 1],
  ['milliseconds', 1e3],
  ['seconds', 1e6],
]);
