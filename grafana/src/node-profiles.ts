import type {
  DataTransformerConfig,
  DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';

/*
 * What Node's agent sends, and how a graph of it is made right.
 *
 * Grafana's data source has a table of the profile types it knows. None of Node's is in it, and what
 * is unknown goes by its unit: nanoseconds and bytes count as growing sums and are divided by the
 * step, with the units `ns` and `binBps`. The server answers with the sum over each step, so what
 * arrives in a panel, whatever the step, is
 *
 *     CPU     Σ cpu nanoseconds in the step / step seconds     = nanoseconds of CPU a second
 *     memory  Σ heap bytes of the profiles in the step / step  = heap bytes × profiles a second
 *
 * The first becomes cores when it is divided by 10⁹. The second becomes bytes when it is multiplied by
 * the seconds between two heap profiles of one process: by nothing that Grafana knows. Multiplied by
 * the step, it would be the heap once for each profile in the step: six times too much at a minute.
 */

/** `name:sample type:sample unit:period type:period unit`, as the server stores them. */
export const NODE_PROFILES = {
  cpu: 'wall:cpu:nanoseconds:wall:nanoseconds',
  wallTime: 'wall:wall:nanoseconds:wall:nanoseconds',
  memory: 'memory:inuse_space:bytes:inuse_space:bytes',
} as const;

/**
 * The step of graphs at least. It must hold whole profiles, and the same number each: agents send one
 * every 10, 15, 20, 30 or (the agent's default) 60 s, and all of these go into a minute. Empty steps
 * are left out, not zero, so a step shorter than that would show too much and not too little.
 */
export const STEP_MIN = '1m';

/** Numbers of a series as something else; its labels stay, its name becomes `name operator right`. */
function eachValue(operator: '*' | '/', right: string): DataTransformerConfig {
  return {
    id: 'calculateField',
    options: {
      mode: 'binary',
      binary: {
        left: { matcher: { id: 'byType', options: 'number' } },
        operator,
        right: { fixed: right },
      },
      replaceFields: true,
    },
  };
}

export const NANOSECONDS_A_SECOND_TO_CORES = eachValue('/', '1000000000');

/** Variables of the dashboard are filled in where a transformation has a number. */
export function bytesASecondToBytes(secondsBetweenProfiles: string): DataTransformerConfig {
  return eachValue('*', secondsBetweenProfiles);
}

/** A field's unit comes from the data source and beats a panel's default; only an override beats it. */
export function unitOverride(unit: string): DynamicConfigValue[] {
  return [{ id: 'unit', value: unit }];
}
