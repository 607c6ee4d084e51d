/** What may be under way at a time. */
export type AdmissionLimits = {
  readonly maxRequests: number;
  /** Of bodies. A larger single one is let in alone, when nothing else is held. */
  readonly maxBytes: number;
};

export type Admission = {
  /** A place for one request, or undefined when all are taken. */
  enter(): Ticket | undefined;
  requests(): number;
  bytes(): number;
};

export type Ticket = {
  /** Counts further bytes for this request. False: they are not to be had, and nothing changed. */
  grow(bytes: number): boolean;
  /** Says what the request holds now, where that is known only afterwards. */
  hold(bytes: number): void;
  leave(): void;
};

/** Bounds the requests under way and the memory that their bodies take. */
export function createAdmission({ maxRequests, maxBytes }: AdmissionLimits): Admission {
  let requests = 0;
  let total = 0;

  function enter(): Ticket | undefined {
    if (requests >= maxRequests) return undefined;
    requests++;
    let held = 0;
    let isInside = true;
    const set = (bytes: number) => {
      total += bytes - held;
      held = bytes;
    };
    return {
      grow(bytes) {
        const isAlone = total === held;
        if (total + bytes > maxBytes && !isAlone) return false;
        set(held + bytes);
        return true;
      },
      hold(bytes) {
        if (isInside) set(bytes);
      },
      leave() {
        if (!isInside) return;
        isInside = false;
        set(0);
        requests--;
      },
    };
  }

  return { enter, requests: () => requests, bytes: () => total };
}
