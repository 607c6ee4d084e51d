import type { ValueType } from '@emberscope/profile';

/** What the end of an application's name says of counted stacks. */
export type SuffixType = {
  /** `__name__`. */
  readonly profileName: string;
  /** What is counted, before a sample rate turns counts into time. */
  readonly sampleType: ValueType;
  /** Counts become nanoseconds of this, by the sample rate. */
  readonly timeType: 'cpu' | 'wall' | undefined;
};

export type SplitApplication = { readonly application: string; readonly suffix: string };

/** `shop.alloc_space` is `shop` and `alloc_space`; a name without a dot is about CPU. */
export function splitApplication(name: string): SplitApplication {
  const dot = name.lastIndexOf('.');
  if (dot === -1) return { application: name, suffix: 'cpu' };
  return { application: name.slice(0, dot), suffix: name.slice(dot + 1) };
}

const SAMPLES: ValueType = { type: 'samples', unit: 'count' };

function time(profileName: string, timeType: 'cpu' | 'wall'): SuffixType {
  return { profileName, sampleType: SAMPLES, timeType };
}

function counted(profileName: string, type: string, unit: string): SuffixType {
  return { profileName, sampleType: { type, unit }, timeType: undefined };
}

const SUFFIXES: ReadonlyMap<string, SuffixType> = new Map([
  ['', time('process_cpu', 'cpu')],
  ['cpu', time('process_cpu', 'cpu')],
  ['itimer', time('process_cpu', 'cpu')],
  ['wall', time('wall', 'wall')],
  ['seconds', time('wall', 'wall')],
  ['nanoseconds', time('wall', 'wall')],
  ['microseconds', time('wall', 'wall')],
  ['milliseconds', time('wall', 'wall')],
  ['inuse_objects', counted('memory', 'inuse_objects', 'count')],
  ['alloc_objects', counted('memory', 'alloc_objects', 'count')],
  ['inuse_space', counted('memory', 'inuse_space', 'bytes')],
  ['alloc_space', counted('memory', 'alloc_space', 'bytes')],
  ['alloc_in_new_tlab_objects', counted('memory', 'alloc_in_new_tlab_objects', 'count')],
  ['alloc_in_new_tlab_bytes', counted('memory', 'alloc_in_new_tlab_bytes', 'bytes')],
  ['alloc_outside_tlab_objects', counted('memory', 'alloc_outside_tlab_objects', 'count')],
  ['alloc_outside_tlab_bytes', counted('memory', 'alloc_outside_tlab_bytes', 'bytes')],
  ['live', counted('memory', 'live', 'count')],
  ['bytes', counted('memory', 'samples', 'bytes')],
  ['goroutines', counted('goroutine', 'goroutines', 'count')],
  ['mutex_count', counted('mutex', 'contentions', 'count')],
  ['mutex_duration', counted('mutex', 'delay', 'nanoseconds')],
  ['block_count', counted('block', 'contentions', 'count')],
  ['lock_count', counted('block', 'contentions', 'count')],
  ['block_duration', counted('block', 'delay', 'nanoseconds')],
  ['lock_duration', counted('block', 'delay', 'nanoseconds')],
  ['exceptions', counted('exceptions', 'samples', 'count')],
]);

/** What a suffix means; undefined for one that means nothing. */
export function suffixType(suffix: string): SuffixType | undefined {
  return SUFFIXES.get(suffix);
}
