import { parseProfileType } from '@emberscope/profile';
import { type SampleUnit, sampleUnit } from '@emberscope/units';

/** A profile type as a person says it. */
export type ProfileTypeWords = {
  readonly id: string;
  /** For menus: `CPU`, `Memory in use`. */
  readonly title: string;
  /** What values are of, within a sentence: `1.13 s of CPU`, `48 MB in use`. */
  readonly phrase: string;
  readonly unit: SampleUnit;
  /** Whether values are held at a moment (memory in use) and not spent over time (CPU). */
  readonly isHeld: boolean;
  /** Whether value per time is a number of busy cores, and worth saying. */
  readonly isCpu: boolean;
};

type Known = {
  /** `name:sample type`; the name `*` stands for any. */
  readonly key: string;
  readonly title: string;
  readonly phrase: string;
  readonly isHeld?: boolean;
  readonly isCpu?: boolean;
};

/** In the order in which a reader wants them: the first that a service has is shown first. */
const KNOWN: readonly Known[] = [
  { key: 'wall:cpu', title: 'CPU', phrase: 'of CPU', isCpu: true },
  { key: 'process_cpu:cpu', title: 'CPU', phrase: 'of CPU', isCpu: true },
  { key: 'wall:wall', title: 'Wall time', phrase: 'of wall time' },
  { key: 'process_cpu:wall', title: 'Wall time', phrase: 'of wall time' },
  { key: 'eventloop:blocked_time', title: 'Event-loop blocks', phrase: 'of blocked event loop' },
  { key: 'eventloop:blocks', title: 'Event-loop blocks, counted', phrase: 'event-loop blocks' },
  { key: 'memory:inuse_space', title: 'Memory in use', phrase: 'in use', isHeld: true },
  { key: 'memory:space', title: 'Memory in use', phrase: 'in use', isHeld: true },
  { key: 'memory:inuse_objects', title: 'Objects in use', phrase: 'objects in use', isHeld: true },
  { key: 'memory:objects', title: 'Objects in use', phrase: 'objects in use', isHeld: true },
  { key: 'memory:alloc_space', title: 'Allocations', phrase: 'allocated' },
  { key: 'memory:alloc_objects', title: 'Allocated objects', phrase: 'objects allocated' },
  { key: 'goroutines:goroutine', title: 'Goroutines', phrase: 'goroutines', isHeld: true },
  { key: 'goroutine:goroutine', title: 'Goroutines', phrase: 'goroutines', isHeld: true },
  { key: 'mutex:delay', title: 'Mutex waits', phrase: 'waited for mutexes' },
  { key: 'mutex:contentions', title: 'Mutex contentions', phrase: 'mutex contentions' },
  { key: 'block:delay', title: 'Blocking waits', phrase: 'waited' },
  { key: 'block:contentions', title: 'Blocking contentions', phrase: 'blocking contentions' },
  { key: 'wall:samples', title: 'Wall samples', phrase: 'wall samples' },
  { key: 'process_cpu:samples', title: 'CPU samples', phrase: 'CPU samples' },
];

/** Any type has words; one that is not known is called by its sample type and name. */
export function wordsOfProfileType(id: string): ProfileTypeWords {
  const parsed = parseProfileType(id);
  if (!parsed.ok) {
    const unit = sampleUnit('');
    return { id, title: id, phrase: `of ${id}`, unit, isHeld: false, isCpu: false };
  }
  const { name, sampleType, sampleUnit: unitName } = parsed.profileType;
  const known = KNOWN[rankOfType(id)];
  const spelled = sampleType.replaceAll('_', ' ');
  const title = known?.title ?? `${capitalised(spelled)} (${name.replaceAll('_', ' ')})`;
  return {
    id,
    title,
    phrase: known?.phrase ?? `of ${spelled}`,
    unit: sampleUnit(unitName),
    isHeld: known?.isHeld ?? false,
    isCpu: known?.isCpu ?? false,
  };
}

/** The types with those first that a reader wants first; unknown ones last, by id. */
export function orderProfileTypes(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].sort(
    (a, b) => rankOfType(a) - rankOfType(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
}

function rankOfType(id: string): number {
  const key = id.split(':', 2).join(':');
  const rank = KNOWN.findIndex((each) => each.key === key);
  return rank === -1 ? KNOWN.length : rank;
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
