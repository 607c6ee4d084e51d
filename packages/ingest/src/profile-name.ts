import type { SampleTypeConfig } from './sample-type-config.ts';

/** What sample types are called when the agent sends no configuration. */
const DEFAULT_DISPLAY_NAMES: ReadonlyMap<string, string> = new Map([
  ['samples', 'cpu'],
  ['goroutine', 'goroutines'],
  ['contentions', 'mutex_count'],
  ['delay', 'mutex_duration'],
]);

/**
 * Chooses `__name__` for a pprof by its sample types, in their order: the first whose display name
 * says something decides, `wall` before all others; else the last one is the name itself.
 */
export function profileNameOf(
  sampleTypes: readonly string[],
  config: SampleTypeConfig | undefined,
): string {
  if (sampleTypes.includes('wall')) return 'wall';
  let displayName = '';
  for (const type of sampleTypes) {
    displayName =
      (config === undefined ? DEFAULT_DISPLAY_NAMES.get(type) : config.get(type)?.displayName) ??
      type;
    const family = familyOf(displayName);
    if (family !== undefined) return family;
  }
  return displayName;
}

function familyOf(displayName: string): string | undefined {
  if (displayName.includes('cpu')) return 'process_cpu';
  if (displayName.includes('alloc_') || displayName.includes('inuse_')) return 'memory';
  if (displayName === 'space' || displayName === 'objects') return 'memory';
  if (displayName.includes('mutex_')) return 'mutex';
  if (displayName.includes('block_')) return 'block';
  if (displayName.includes('goroutines')) return 'goroutines';
  return undefined;
}
