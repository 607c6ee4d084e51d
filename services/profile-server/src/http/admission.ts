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

/** A request that was let in, and the bytes it holds. */
export type Admitted = {
  /** It brings more than it said; false when there is no room for that. */
  grow(bytes: number): boolean;
  /** Idempotent. */
  leave(): void;
};

export type Admission = {
  /** Lets a request with so many bytes in, or says that there is no room. */
  enter(bytes: number): Admitted | undefined;
  readonly bytesInFlight: () => number;
  readonly pushesInFlight: () => number;
};

export function createAdmission({ maxBytes, maxPushes }: AdmissionLimits): Admission {
  let bytesInFlight = 0;
  let pushes = 0;

  function admit(bytes: number): Admitted {
    let held = bytes;
    let isIn = true;
    bytesInFlight += bytes;
    pushes++;
    return {
      grow(more) {
        if (pushes > 1 && bytesInFlight + more > maxBytes) return false;
        held += more;
        bytesInFlight += more;
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
    enter(bytes) {
      const hasRoom = pushes === 0 || bytesInFlight + bytes <= maxBytes;
      return hasRoom && pushes < maxPushes ? admit(bytes) : undefined;
    },
    bytesInFlight: () => bytesInFlight,
    pushesInFlight: () => pushes,
  };
}
