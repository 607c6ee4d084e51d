/**
 * The largest `capacity` values seen so far, smallest on top. For finding a threshold: what is
 * not above the smallest of a full heap cannot be among the largest.
 */
export type LargestValues<N extends number | bigint> = {
  isFull(): boolean;
  /** The smallest value held; only when something is held. */
  smallest(): N;
  /** Adds a value; when full, the smallest one goes. */
  add(value: N): void;
};

export function createLargestValues<N extends number | bigint>(capacity: number): LargestValues<N> {
  const heap: N[] = [];

  function siftUp(start: number): void {
    const value = heap[start];
    let at = start;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above] <= value) break;
      heap[at] = heap[above];
      at = above;
    }
    heap[at] = value;
  }

  function siftDown(value: N): void {
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1] < heap[below]) below++;
      if (heap[below] >= value) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = value;
  }

  return {
    isFull: () => heap.length >= capacity,
    smallest: () => heap[0],
    add(value) {
      if (heap.length < capacity) {
        heap.push(value);
        siftUp(heap.length - 1);
      } else {
        siftDown(value);
      }
    },
  };
}
