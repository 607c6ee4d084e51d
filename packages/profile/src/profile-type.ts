/**
 * What a profile measures, as Pyroscope names it:
 * `name:sample type:sample unit:period type:period unit`, such as
 * `process_cpu:cpu:nanoseconds:cpu:nanoseconds`. Parts may be empty (`memory:alloc_space:bytes::`).
 */
export type ProfileType = {
  /** The id as it was given, with a sixth part if there was one. */
  readonly id: string;
  readonly name: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  readonly periodType: string;
  readonly periodUnit: string;
};

export type ParsedProfileType =
  | { readonly ok: true; readonly profileType: ProfileType }
  | { readonly ok: false; readonly reason: string };

/** A sixth part (`:delta`, from older clients) is allowed and matches nothing. */
export function parseProfileType(id: string): ParsedProfileType {
  const parts = id.split(':');
  if (parts.length !== 5 && parts.length !== 6) {
    return {
      ok: false,
      reason: `profile-type selection must be of the form <name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>(:delta), got(${parts.length}): "${id}"`,
    };
  }
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts;
  return {
    ok: true,
    profileType: { id, name, sampleType, sampleUnit, periodType, periodUnit },
  };
}

/** The five parts, joined: what the label `__profile_type__` holds. */
export function profileTypeId(parts: Omit<ProfileType, 'id'>): string {
  const { name, sampleType, sampleUnit, periodType, periodUnit } = parts;
  return `${name}:${sampleType}:${sampleUnit}:${periodType}:${periodUnit}`;
}
