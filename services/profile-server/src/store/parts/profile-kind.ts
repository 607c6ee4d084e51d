import { LABEL, type LabelSet, labelValue, withLabels } from '@emberscope/labels';
import { type Profile, profileTypeId, type ValueType } from '@emberscope/profile';

/** What the values of a profile measure. Profiles of one kind share their columns. */
export type ProfileKind = {
  /** A text that only this kind has. */
  readonly key: string;
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType | undefined;
};

export function kindOfProfile(profile: Profile): ProfileKind {
  return kindOfTypes(profile);
}

export function kindOfTypes({
  sampleTypes,
  periodType,
}: Pick<ProfileKind, 'sampleTypes' | 'periodType'>): ProfileKind {
  // Lengths make the key unambiguous whatever characters the names hold.
  let key = `${sampleTypes.length} `;
  for (const { type, unit } of sampleTypes) {
    key += `${type.length}:${type}${unit.length}:${unit}`;
  }
  if (periodType !== undefined) {
    const { type, unit } = periodType;
    key += `${type.length}:${type}${unit.length}:${unit}`;
  }
  return { key, sampleTypes, periodType };
}

/** The labels of a series: those that were pushed, and what a store derives for a sample type. */
export function labelsOfSeries(labels: LabelSet, kind: ProfileKind, type: number): LabelSet {
  const sampleType = kind.sampleTypes[type]?.type ?? '';
  const sampleUnit = kind.sampleTypes[type]?.unit ?? '';
  const periodType = kind.periodType?.type ?? '';
  const periodUnit = kind.periodType?.unit ?? '';
  const name = labelValue(labels, LABEL.profileName);
  return withLabels(labels, {
    [LABEL.profileType]: profileTypeId({ name, sampleType, sampleUnit, periodType, periodUnit }),
    [LABEL.sampleType]: sampleType,
    [LABEL.sampleUnit]: sampleUnit,
    [LABEL.periodType]: periodType,
    [LABEL.periodUnit]: periodUnit,
    [LABEL.privateServiceName]: labelValue(labels, LABEL.serviceName),
  });
}
