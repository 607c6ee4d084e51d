import type { Random } from '@emberscope/node-kit';
import { between, isDrawn, mostlySmall, pick, pickWeighted } from './draw.ts';

/** What happens next in a run. How many of what, and when; the contents are drawn when it runs. */
export type SimStep =
  | { readonly kind: 'push'; readonly count: number }
  | { readonly kind: 'ask'; readonly count: number }
  /** Work in the background while others push or ask. */
  | { readonly kind: 'work'; readonly work: Work; readonly beside: 'pushes' | 'questions' }
  | { readonly kind: 'wait'; readonly millis: number }
  | { readonly kind: 'jump'; readonly millis: number }
  | { readonly kind: 'delete' }
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'end';
      readonly how: 'crash' | 'kill';
      readonly during: During;
      readonly nth: number;
    }
  | { readonly kind: 'faults'; readonly isOn: boolean }
  | { readonly kind: 'disk'; readonly freeBytes: number | undefined };

export type Work = 'flush' | 'maintenance';
/** What runs when the machine goes down. */
export type During = 'nothing' | 'pushes' | 'deletion' | 'stop' | Work;

export type StepWorld = {
  readonly hasFaults: boolean;
  readonly fillsDisk: boolean;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function drawSteps(random: Random, world: StepWorld): SimStep[] {
  return Array.from({ length: between(random, 6, 26) }, () => drawStep(random, world));
}

function drawStep(random: Random, world: StepWorld): SimStep {
  return pickWeighted<() => SimStep>(random, [
    [10, () => ({ kind: 'push', count: between(random, 1, 3) })],
    [5, () => ({ kind: 'ask', count: between(random, 1, 3) })],
    [
      6,
      () => ({
        kind: 'work',
        work: pick(random, ['flush', 'maintenance'] as const),
        beside: pick(random, ['pushes', 'questions'] as const),
      }),
    ],
    // Hours and days are jumped: every simulated minute of waiting costs what timers there are, and
    // no timer of a store is longer than those two minutes.
    [
      3,
      () => ({
        kind: 'wait',
        millis: pick(random, [SECOND, 31 * SECOND, 121 * SECOND, 5 * MINUTE]),
      }),
    ],
    [
      3,
      () => ({
        kind: 'jump',
        millis: pick(random, [
          HOUR,
          5 * HOUR,
          DAY,
          DAY + 3 * HOUR,
          3 * DAY,
          -SECOND,
          -MINUTE,
          -HOUR,
        ]),
      }),
    ],
    [1, () => ({ kind: 'delete' })],
    [2, () => ({ kind: 'restart' })],
    [
      4,
      () => ({
        kind: 'end',
        how: isDrawn(random, 0.7) ? 'crash' : 'kill',
        during: pick(random, [
          'nothing',
          'pushes',
          'pushes',
          'flush',
          'maintenance',
          'deletion',
          'stop',
        ] as const),
        nth: mostlySmall(random, 200),
      }),
    ],
    [world.hasFaults ? 3 : 0, () => ({ kind: 'faults', isOn: isDrawn(random, 0.7) })],
    [
      world.fillsDisk ? 2 : 0,
      () => ({
        kind: 'disk',
        freeBytes: isDrawn(random, 0.4) ? undefined : mostlySmall(random, 60_000),
      }),
    ],
  ])();
}

export function textOfStep(step: SimStep): string {
  switch (step.kind) {
    case 'push':
      return `${step.count} pushes at once`;
    case 'ask':
      return `${step.count} questions`;
    case 'work':
      return `${step.work} beside ${step.beside}`;
    case 'wait':
      return `wait ${step.millis} ms`;
    case 'jump':
      return `the wall clock jumps by ${step.millis} ms`;
    case 'delete':
      return 'delete series';
    case 'restart':
      return 'stop and start';
    case 'end':
      return `${step.how} during ${step.during}, at operation ${step.nth}`;
    case 'faults':
      return step.isOn ? 'the disk becomes unreliable' : 'the disk is well again';
    case 'disk':
      return step.freeBytes === undefined
        ? 'the disk is emptied'
        : `the disk is filled but for ${step.freeBytes} bytes`;
    default:
      return step satisfies never;
  }
}
