/** An error as it crosses from one thread to another. */
export type ErrorParts = {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly data: unknown;
};

/**
 * What a handler threw, on this side: its name, its message, its stack over there, and its `data` if
 * it had any. The class of the original does not cross; tell errors apart by `name` and `data`.
 */
export class JobError extends Error {
  override readonly name: string;
  readonly data: unknown;

  constructor({ name, message, stack, data }: ErrorParts) {
    super(message);
    this.name = name;
    this.data = data;
    if (stack !== undefined) this.stack = stack;
  }
}

/** Anything thrown, in parts that can be cloned. */
export function errorParts(thrown: unknown): ErrorParts {
  if (!(thrown instanceof Error)) {
    return {
      name: 'Error',
      message: `thrown: ${String(thrown)}`,
      stack: undefined,
      data: undefined,
    };
  }
  const { name, message, stack } = thrown;
  const data = 'data' in thrown ? thrown.data : undefined;
  try {
    return { name, message, stack, data: structuredClone(data) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      name,
      message: `${message} (its data was left behind: ${reason})`,
      stack,
      data: undefined,
    };
  }
}
