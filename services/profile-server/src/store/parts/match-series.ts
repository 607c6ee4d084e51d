import { LABEL, labelValue, type Matcher, matchesValue } from '@emberscope/labels';
import { type ProfileType, profileTypeId } from '@emberscope/profile';
import type { ProfileKind } from './profile-kind.ts';
import type { Series, SeriesRegistry, Stream } from './series-registry.ts';

/** Which sample types of which streams are selected. */
export type MatchedStreams = {
  /** All that is selected is of this service; undefined where matchers do not say which. */
  readonly service: string | undefined;
  /** Whether any series of a service can be selected: its others need no look. */
  hasService(service: string): boolean;
  /** Whether any series of a kind's type can be selected. */
  hasType(kind: ProfileKind, type: number): boolean;
  has(stream: Pick<Stream, 'id' | 'series'>, type: number): boolean;
};

/**
 * The series of a tenant that pass. A series is looked at when somebody asks for it, once: who asks
 * for one service among ten thousand looks at its own. Patterns are tried once for each distinct
 * value.
 */
export function matchSeries(
  { streams }: Pick<SeriesRegistry, 'streams'>,
  matchers: readonly Matcher[],
  profileType: Omit<ProfileType, 'id'> | undefined,
): MatchedStreams {
  const tests = matchers.map(testOfLabel);
  const ofService = tests.filter(({ matcher: { name } }) => isOfService(name));
  const named = ofService.find(({ matcher: { op } }) => op === '=')?.matcher;
  const wantedId = profileType === undefined ? undefined : profileTypeId(profileType);
  /** By type, then by the id of the stream. */
  const known: Uint8Array[] = [];

  function passes({ profileType: id, labels }: Series): boolean {
    if (wantedId !== undefined && id !== wantedId) return false;
    return tests.every(({ matcher: { name }, passes }) => passes(labelValue(labels, name)));
  }

  return {
    service: named?.op === '=' ? named.value : undefined,
    hasService: (service) => ofService.every((test) => test.passes(service)),
    hasType: (kind, type) => profileType === undefined || isType(kind, type, profileType),
    has(stream, type) {
      const { id } = stream;
      known[type] ??= new Uint8Array(streams.length);
      const column = known[type];
      const before = column?.[id] ?? NOT_SEEN;
      if (before !== NOT_SEEN) return before === PASSES;
      const one = stream.series[type];
      const isOne = one !== undefined && passes(one);
      if (column !== undefined) column[id] = isOne ? PASSES : FAILS;
      return isOne;
    },
  };
}

const NOT_SEEN = 0;
const PASSES = 1;
const FAILS = 2;

/** Labels that hold the name of the service. */
function isOfService(name: string): boolean {
  return name === LABEL.serviceName || name === LABEL.privateServiceName;
}

/** But for the name of the profile, which labels hold. */
function isType(kind: ProfileKind, type: number, wanted: Omit<ProfileType, 'id'>): boolean {
  const sampleType = kind.sampleTypes[type];
  return (
    sampleType?.type === wanted.sampleType &&
    sampleType.unit === wanted.sampleUnit &&
    (kind.periodType?.type ?? '') === wanted.periodType &&
    (kind.periodType?.unit ?? '') === wanted.periodUnit
  );
}

type LabelTest = { readonly matcher: Matcher; passes(value: string): boolean };

function testOfLabel(matcher: Matcher): LabelTest {
  if (matcher.op === '=' || matcher.op === '!=') {
    return { matcher, passes: (value) => matchesValue(matcher, value) };
  }
  const known = new Map<string, boolean>();
  return {
    matcher,
    passes(value) {
      let isMatch = known.get(value);
      if (isMatch === undefined) {
        isMatch = matchesValue(matcher, value);
        known.set(value, isMatch);
      }
      return isMatch;
    },
  };
}
