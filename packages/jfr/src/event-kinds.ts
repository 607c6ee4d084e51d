/**
 * What recordings are read for, by the names that Pyroscope's agent (async-profiler) and the JDK
 * give to events, and the field of each that is its amount.
 *
 * A `duration` is in ticks of the recording's clock. It is kept as it is and taken for nanoseconds, as
 * Pyroscope does: async-profiler's clock counts those, unless it was told to count a processor's.
 */
export const EVENT_KINDS = {
  /** A thread that ran, or waits for a processor. Kept apart from those that slept. */
  'jdk.ExecutionSample': undefined,
  /** `samples`: how often the same was seen, one after another. */
  'profiler.WallClockSample': 'samples',
  'jdk.ObjectAllocationInNewTLAB': 'tlabSize',
  'jdk.ObjectAllocationOutsideTLAB': 'allocationSize',
  'jdk.ObjectAllocationSample': 'weight',
  'jdk.JavaMonitorEnter': 'duration',
  'jdk.ThreadPark': 'duration',
  'profiler.LiveObject': undefined,
  'profiler.Malloc': 'size',
} as const;

export type EventKind = keyof typeof EVENT_KINDS;

export function isEventKind(name: string): name is EventKind {
  return Object.hasOwn(EVENT_KINDS, name);
}

/** A setting: the one called `event` says what async-profiler was asked to sample by. */
export const SETTING_EVENT = 'jdk.ActiveSetting';
export const SETTING_NAME = 'event';

/** A thread in this state did nothing. */
export const SLEEPING = 'STATE_SLEEPING';
