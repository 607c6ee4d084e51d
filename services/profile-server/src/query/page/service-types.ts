import { type ProfileType, parseProfileType } from '@emberscope/profile';
import { compareUtf8 } from '@emberscope/units';
import type { ServiceRow } from './service-rows.ts';

/** Ids of the profile types of a service, in byte order. */
export function typesOf({ groups }: ServiceRow): string[] {
  return [...new Set(groups.map(({ profileType }) => profileType))].sort(compareUtf8);
}

/** The type that says how much CPU was spent; agents for CPU alone say it best. */
export function cpuTypeOf(ids: readonly string[]): ProfileType | undefined {
  return typeAmong(ids, { sampleType: 'cpu', sampleUnit: 'nanoseconds', name: 'process_cpu' });
}

/** The type that says how much memory is held. */
export function memoryTypeOf(ids: readonly string[]): ProfileType | undefined {
  return typeAmong(ids, { sampleType: 'inuse_space', sampleUnit: 'bytes', name: 'memory' });
}

/** A type of a sample type, one of the preferred name where there are several. */
function typeAmong(
  ids: readonly string[],
  wanted: Pick<ProfileType, 'sampleType' | 'sampleUnit' | 'name'>,
): ProfileType | undefined {
  const types = ids.flatMap((id) => {
    const parsed = parseProfileType(id);
    if (!parsed.ok) return [];
    const { sampleType, sampleUnit } = parsed.profileType;
    const isWanted = sampleType === wanted.sampleType && sampleUnit === wanted.sampleUnit;
    return isWanted ? [parsed.profileType] : [];
  });
  return types.find(({ name }) => name === wanted.name) ?? types[0];
}
