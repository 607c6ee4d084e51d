import type { RecordedKind } from '@emberscope/jfr';
import type { ValueType } from '@emberscope/profile';

/** What a value of a sample is made of: events, what they amount to, or both times the period. */
export type Measure = 'count' | 'amount' | 'count-periods' | 'amount-periods';

/** A profile that is made of some kinds of events, with a value of each event for each sample type. */
export type JfrProfileType = {
  readonly profileName: string;
  readonly periodType: ValueType | undefined;
  readonly sampleTypes: readonly (ValueType & { readonly measure: Measure })[];
  readonly kinds: readonly RecordedKind[];
  /** Only where the profiler sampled by this; always where it is undefined. */
  readonly profilerEvent?: string;
};

const CPU: ValueType = { type: 'cpu', unit: 'nanoseconds' };
const WALL: ValueType = { type: 'wall', unit: 'nanoseconds' };
const SPACE: ValueType = { type: 'space', unit: 'bytes' };
const MUTEX: ValueType = { type: 'mutex', unit: 'count' };
const BLOCK: ValueType = { type: 'block', unit: 'count' };

/** What Pyroscope makes of recordings: its types, in the order in which they are pushed. */
export const JFR_PROFILE_TYPES: readonly JfrProfileType[] = [
  {
    profileName: 'process_cpu',
    periodType: CPU,
    sampleTypes: [{ ...CPU, measure: 'count-periods' }],
    kinds: ['jdk.ExecutionSample'],
  },
  {
    profileName: 'wall',
    periodType: WALL,
    sampleTypes: [{ ...WALL, measure: 'count-periods' }],
    kinds: ['jdk.ExecutionSample', 'sleeping'],
    profilerEvent: 'wall',
  },
  {
    profileName: 'wall',
    periodType: WALL,
    sampleTypes: [{ ...WALL, measure: 'amount-periods' }],
    kinds: ['profiler.WallClockSample'],
  },
  allocations('alloc_in_new_tlab', 'jdk.ObjectAllocationInNewTLAB'),
  allocations('alloc_outside_tlab', 'jdk.ObjectAllocationOutsideTLAB'),
  allocations('alloc_sample', 'jdk.ObjectAllocationSample'),
  contentions('mutex', MUTEX, 'jdk.JavaMonitorEnter'),
  contentions('block', BLOCK, 'jdk.ThreadPark'),
  {
    profileName: 'memory',
    periodType: { type: 'objects', unit: 'count' },
    sampleTypes: [{ type: 'live', unit: 'count', measure: 'count' }],
    kinds: ['profiler.LiveObject'],
  },
  { ...allocations('malloc', 'profiler.Malloc'), periodType: undefined },
];

function allocations(prefix: string, kind: RecordedKind): JfrProfileType {
  return {
    profileName: 'memory',
    periodType: SPACE,
    sampleTypes: [
      { type: `${prefix}_objects`, unit: 'count', measure: 'count' },
      { type: `${prefix}_bytes`, unit: 'bytes', measure: 'amount' },
    ],
    kinds: [kind],
  };
}

function contentions(
  profileName: string,
  periodType: ValueType,
  kind: RecordedKind,
): JfrProfileType {
  return {
    profileName,
    periodType,
    sampleTypes: [
      { type: 'contentions', unit: 'count', measure: 'count' },
      { type: 'delay', unit: 'nanoseconds', measure: 'amount' },
    ],
    kinds: [kind],
  };
}
