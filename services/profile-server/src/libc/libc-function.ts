import { createRequire as requireFrom } from 'node:module';
import { unbroken } from '@emberscope/node-kit/worker';

/** What a function of the C library said: `errno` is of the last one that failed. */
export type LibcAnswer = { readonly result: number; readonly errno: number };

/**
 * A function of glibc that takes numbers and answers one, or undefined where there is no glibc, or
 * nothing to call it with: `koffi` is optional.
 *
 * Unbroken: a thread that is ended while a native library of this kind begins takes the process along.
 *
 * @param definition in C: `int malloc_trim(size_t pad)`
 */
export function libcFunction(
  definition: string,
): ((...values: readonly number[]) => LibcAnswer) | undefined {
  return unbroken(() => {
    try {
      // At once: an import would be done in pieces.
      const koffi: typeof import('koffi') = requireFrom(import.meta.url)('koffi');
      const run = koffi.load('libc.so.6').func(definition);
      return (...values) => unbroken(() => ({ result: run(...values), errno: koffi.errno() }));
    } catch {
      return undefined;
    }
  });
}
