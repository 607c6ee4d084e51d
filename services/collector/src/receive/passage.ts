import type { Delivery } from '../deliver/deliver.ts';
import type { Delivered } from '../deliver/read-answer.ts';
import type { Admission, Ticket } from './admission.ts';
import type { Failure } from './failure.ts';
import type { Prepare } from './prepare.ts';
import { type BodyLimits, overloaded } from './receive-body.ts';

export type Door = 'ingest' | 'push';

/** How a request ended. Exactly one for each, and it is what is counted. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'nothing'; readonly why: 'empty' | 'relabel' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The agent went away before its body was there. */
  | { readonly kind: 'gone' };

/** What a request is handed on its way. */
export type PassageTicket = Ticket & {
  /** Counts the body. */
  received(bytes: number): void;
  deliver(delivery: Delivery): Promise<Outcome>;
};

export type PassageObserver = {
  began(door: Door): void;
  received(door: Door, bytes: number): void;
  delivered(delivery: Delivery, millis: number, result: Delivered): void;
  ended(door: Door, outcome: Outcome): void;
  /** A mistake of ours, for the log. */
  broke(error: unknown): void;
};

export type PassageOptions = {
  readonly admission: Admission;
  readonly bodyLimits: BodyLimits;
  readonly prepare: Prepare;
  readonly deliver: (delivery: Delivery) => Promise<Delivered>;
  readonly observe: PassageObserver;
};

/** The way of a request through the collector, the same behind every door: bounded and counted. */
export type Passage = {
  readonly bodyLimits: BodyLimits;
  readonly prepare: Prepare;
  /** Never rejects. */
  pass(door: Door, take: (ticket: PassageTicket) => Promise<Outcome>): Promise<Outcome>;
};

export function createPassage(options: PassageOptions): Passage {
  const { admission, bodyLimits, prepare, observe } = options;

  async function deliver(ticket: Ticket, delivery: Delivery): Promise<Outcome> {
    ticket.hold(delivery.body.length);
    const startMillis = bodyLimits.clock.monotonicMillis();
    const result = await options.deliver(delivery);
    observe.delivered(delivery, bodyLimits.clock.monotonicMillis() - startMillis, result);
    return result.ok ? { kind: 'delivered' } : { kind: 'failed', failure: result.failure };
  }

  async function pass(
    door: Door,
    take: (ticket: PassageTicket) => Promise<Outcome>,
  ): Promise<Outcome> {
    observe.began(door);
    const ticket = admission.enter();
    let outcome: Outcome = { kind: 'failed', failure: overloaded('requests') };
    try {
      if (ticket !== undefined) {
        outcome = await take({
          ...ticket,
          received: (bytes) => observe.received(door, bytes),
          deliver: (delivery) => deliver(ticket, delivery),
        });
      }
    } catch (error) {
      observe.broke(error);
      outcome = {
        kind: 'failed',
        failure: { kind: 'internal', message: 'the collector failed on this request' },
      };
    } finally {
      ticket?.leave();
      observe.ended(door, outcome);
    }
    return outcome;
  }

  return { bodyLimits, prepare, pass };
}
