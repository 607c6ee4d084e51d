/** One of the programs that make up the pipeline, and how it is run. */
export type Part = {
  readonly name: string;
  /** For the screen, a few words. */
  readonly does: string;
  /** Where it listens; undefined when it does not. */
  readonly port: number | undefined;
  /** What Node is given: its own options, the file, the file's options. */
  readonly nodeArgs: readonly string[];
  readonly workingDir: string;
  /** On top of ours. */
  readonly environment: Readonly<Record<string, string>>;
  readonly readiness: Readiness;
  /** How long it may take to say that it is ready. */
  readonly readyMaxMillis: number;
  /** How long it may take to end after SIGTERM before it is killed. */
  readonly stopMaxMillis: number;
};

export type Readiness =
  /** Answers 200 there when it can work. */
  | { readonly kind: 'http'; readonly url: string }
  /** Writes its first line when it works. */
  | { readonly kind: 'first-line' };
