import type { ProfileType } from '@emberscope/profile';
import { NANOS_PER_MILLI } from '@emberscope/units';
import type { Coverage } from '../../store/answers.ts';
import { modeOfType } from './page-request.ts';

/** Tenths of a profile's length: 2.7 of them, so that three make a step although agents run late. */
const TENTHS_IN_A_STEP = 27n;

/**
 * The shortest step of a timeline that the server chooses. The cost of a profile stands at one
 * moment, though it was spent over ten seconds: in a bucket of one second it looks like ten times as
 * many cores. With some three profiles in each, a bucket is off by a third at most, where one of
 * them falls on the other side of an edge. What is held does not add up, and needs no such bound.
 */
export function shortestStepMillis(
  { coveredNanos, profileCount }: Coverage,
  profileType: Pick<ProfileType, 'sampleType'>,
): bigint {
  if (profileCount === 0 || modeOfType(profileType) !== 'sum') return 0n;
  const meanNanos = coveredNanos / BigInt(profileCount);
  return (meanNanos * TENTHS_IN_A_STEP) / (10n * NANOS_PER_MILLI);
}
