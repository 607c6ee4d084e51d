/**
 * Memory that one profile after the other is read into: a thread that reads thousands of them makes
 * no garbage of their columns, which is outside of V8's heap and has it mark all of that every 50
 * profiles. What was read into it holds until the next profile is.
 */
export class PprofMemory {
  private buffer = new ArrayBuffer(0);

  /** A buffer of so many bytes at least, with whatever was in it. Those taken before are void. */
  take(byteLength: number): ArrayBuffer {
    if (byteLength > MAX_KEPT_BYTES) return new ArrayBuffer(byteLength);
    if (byteLength > this.buffer.byteLength) this.buffer = new ArrayBuffer(byteLength);
    return this.buffer;
  }
}

/** A profile of a Node process takes 250 kB. A larger buffer than this is not kept for the next. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
