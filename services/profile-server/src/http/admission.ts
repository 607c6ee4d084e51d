/** What may be on its way to the store at a time. More is told to come again. */
export type AdmissionLimits = {
  /** Bytes of bodies, as they come; of each body at most {@link BODY_SHARE} of this counts. */
  readonly maxBytes: number;
  readonly maxPushes: number;
};

/** The design's bound: some seconds of work for one thread. */
export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxPushes: 2000,
};

/**
 * So one body that is larger than all that may be in flight is taken, and does not keep small ones
 * out while it comes, which may take two minutes.
 */
const BODY_SHARE = 3 / 4;

/** A request that was let in, and the bytes it holds: none at first. */
export type Admitted = {
  /** So many bytes of it have come; false when there is no room for them. */
  grow(bytes: number): boolean;
  /** Idempotent. */
  leave(): void;
};

/**
 * Counts bytes that are here, not those that are announced: a client that announces much and sends
 * nothing must not keep the others out.
 */
export type Admission = {
  /** Lets a request in that announces so many bytes, or says that there is no room. */
  enter(announcedBytes: number): Admitted | undefined;
  readonly bytesInFlight: () => number;
  readonly pushesInFlight: () => number;
};

export function createAdmission({ maxBytes, maxPushes }: AdmissionLimits): Admission {
  const mostOfBody = maxBytes * BODY_SHARE;
  let bytesInFlight = 0;
  let pushes = 0;

  function admit(): Admitted {
    let held = 0;
    let isIn = true;
    pushes++;
    return {
      grow(bytes) {
        const added = Math.min(bytes, mostOfBody - held);
        if (!isIn || bytesInFlight + added > maxBytes) return false;
        held += added;
        bytesInFlight += added;
        return true;
      },
      leave() {
        if (!isIn) return;
        isIn = false;
        bytesInFlight -= held;
        pushes--;
      },
    };
  }

  return {
    enter(announcedBytes) {
      const hasRoom = bytesInFlight + Math.min(announcedBytes, mostOfBody) <= maxBytes;
      return hasRoom && pushes < maxPushes ? admit() : undefined;
    },
    bytesInFlight: () => bytesInFlight,
    pushesInFlight: () => pushes,
  };
}

/** Why somebody was not let in, for a person. */
export function noRoomReason({ bytesInFlight, pushesInFlight }: Admission): string {
  const held = `${pushesInFlight()} pushes of ${bytesInFlight()} bytes`;
  return `${held} are on their way to the store: there is no room for more`;
}
