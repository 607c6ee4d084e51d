import { textFromProfile } from '@emberscope/profile';
import type { PointSeries, SingleProfiles } from '../../answers.ts';

/*
 * Answers without the order of samples within a profile: an engine that writes them down sorts them
 * by stack and adds equal ones up, and nobody is promised anything else.
 */

export function plainPointsByTime(all: readonly PointSeries[]) {
  return all.map(({ labels, length, timeNanos, value, profileId, spanId }) => ({
    labels,
    points: inRuns(
      Array.from({ length }, (_, i) => ({
        run: `${timeNanos[i]} ${profileId[i]}`,
        text: `${timeNanos[i]} ${profileId[i]} ${spanId[i]} ${value[i]}`,
      })),
    ),
  }));
}

export function plainSinglesByStack({ profiles, leftOut }: SingleProfiles) {
  return {
    leftOut,
    profiles: profiles.map(({ profile, labels, ...rest }) => {
      const { symbols: _, stacks: __, labelSets: ___, samples: ____, ...header } = profile;
      return { ...rest, labels: labels.key, header, samples: samplesByText(profile) };
    }),
  };
}

/** Samples as lines of text, sorted, equal stacks of equal tracing added up. */
export function samplesByText(profile: SingleProfiles['profiles'][number]['profile']): string[] {
  const sums = new Map<string, bigint>();
  for (const line of textFromProfile(profile)) {
    const [, stack = '', value = '0', tracing = ''] =
      /^(?:(.*) )?(-?\d+)(?: (\{.*\}))?$/.exec(line) ?? [];
    const labels = tracing.replace(/^\{|\}$/g, '').split(', ');
    const key = `${stack} ${labels.sort().join(', ').toLowerCase()}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(value));
  }
  return [...sums].map(([key, sum]) => `${key} = ${sum}`).sort();
}

/** Sorts lines within runs of one profile, and leaves the runs where they are. */
function inRuns(lines: readonly { readonly run: string; readonly text: string }[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const [i, line] of lines.entries()) {
    run.push(line.text);
    if (lines[i + 1]?.run === line.run) continue;
    sorted.push(...run.sort());
    run = [];
  }
  return sorted;
}
