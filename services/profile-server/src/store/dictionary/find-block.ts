/**
 * How rows of a dictionary are found for all of a profile's strings, functions and locations: by
 * blocks, and in each block step by step for all. Each step is a short loop of reads that do not
 * wait for one another, so that the processor fetches a dozen places of memory at once; one row
 * after the other it would wait for each, and that is most of what a look-up takes.
 *
 * Finding adds nothing: what is not there is left to whoever needs it.
 */
export const FIND_BLOCK = 128;

/** In a table of rows that were looked for. */
export const NOT_FOUND = -2;
