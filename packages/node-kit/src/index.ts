export type { Clock, StopTimer } from './clock/clock.ts';
export { createSimClock, type SimClock } from './clock/sim-clock.ts';
export { systemClock } from './clock/system-clock.ts';
export type { Random } from './random/random.ts';
export { createSeededRandom } from './random/seeded-random.ts';
export { systemRandom } from './random/system-random.ts';
export { formatUuid, uuidV4, uuidV4Bytes } from './random/uuid.ts';
