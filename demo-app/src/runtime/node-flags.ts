/**
 * How Node runs both processes. A small nursery keeps the collector's pauses short: a page of 5,000
 * hits lives through several of its rounds, and with Node 24's default one of them copied for 33 ms,
 * within a turn of 43. With 4 MB the longest turn on a core was 23 ms.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=4'] as const;
