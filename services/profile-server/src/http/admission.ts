/** What may be on its way to the store at a time. More is told to come again. */
export type AdmissionLimits = {
  /** Bytes of bodies, as they come. One body larger than this is taken when it is alone. */
  readonly maxBytes: number;
  readonly maxPushes: number;
};

/** The design's bound: some seconds of work for one thread. */
export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxPushes: 2000,
};

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
  let bytesInFlight = 0;
  let pushes = 0;

  function admit(): Admitted {
    let held = 0;
    let isIn = true;
    pushes++;
    return {
      grow(bytes) {
        const isAlone = bytesInFlight === held;
        if (!isIn || (!isAlone && bytesInFlight + bytes > maxBytes)) return false;
        held += bytes;
        bytesInFlight += bytes;
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
      const hasRoom = bytesInFlight === 0 || bytesInFlight + announcedBytes <= maxBytes;
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
