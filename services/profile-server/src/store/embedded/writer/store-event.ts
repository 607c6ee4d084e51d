/** What an operator may want to read in the log. `level` is how much it matters. */
export type StoreEvent = {
  readonly level: 'info' | 'warn' | 'error';
  /** A whole sentence. */
  readonly message: string;
};
