import { LABEL, labelValue } from '@emberscope/labels';
import type { PushOutcomes } from '../../push.ts';
import { type DrawnPush, drawPush } from './drawn-pushes.ts';
import type { Flight } from './push-flights.ts';
import type { SimLife } from './sim-life.ts';

export type BegunPush = { readonly flight: Flight; readonly outcomes: Promise<PushOutcomes> };

/** Pushes some at once, without a wait for what becomes of them. */
export function beginPushes(life: SimLife, count: number): BegunPush[] {
  const { random, fate, kept, store } = life;
  return Array.from({ length: count }, () => {
    const push = drawPush({ random, nowMillis: life.nowMillis(), ...fate });
    noteTypes(push, life.pushedTypes);
    const flight = kept.begin(push);
    const outcomes = store().push(flight.push.tenant, flight.push.series);
    return { flight, outcomes };
  });
}

/** Pushes some at once, and `beside` them something else happens. */
export async function push(life: SimLife, count: number, beside?: Promise<unknown>): Promise<void> {
  const { kept } = life;
  const couldFail = life.mayFail();
  const begun = beginPushes(life, count);
  await life.until(Promise.all([...begun.map(({ outcomes }) => outcomes), beside]));
  for (const { flight, outcomes } of begun) {
    const answered = await outcomes;
    life.note(`  ${textOfOutcomes(flight, answered)}`);
    kept.answered(flight, answered, couldFail);
  }
  kept.settle();
  if (kept.hasOpenTimes()) await life.takeStock(false);
}

function noteTypes({ tenant, series }: DrawnPush, pushedTypes: Set<string>): void {
  for (const { labels, profiles } of series) {
    const name = labelValue(labels, LABEL.profileName);
    for (const { profile } of profiles) {
      const { periodType, sampleTypes } = profile;
      const period = `${periodType?.type ?? ''}:${periodType?.unit ?? ''}`;
      for (const { type, unit } of sampleTypes) {
        pushedTypes.add(`${tenant} ${name}:${type}:${unit}:${period}`);
      }
    }
  }
}

function textOfOutcomes({ number }: Flight, outcomes: PushOutcomes): string {
  const kinds = outcomes.map((ofSeries) =>
    ofSeries
      .map((outcome) =>
        outcome.kind === 'refused'
          ? `refused (${outcome.refusal.kind === 'store' ? outcome.refusal.error.reason : outcome.refusal.kind})`
          : outcome.kind,
      )
      .join(', '),
  );
  return `push ${number}: ${kinds.join(' | ')}`;
}
