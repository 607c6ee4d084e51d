/** Bytes are not what was written. Whoever reads a file makes an answer of it that names the file. */
export class DamagedBytes extends Error {
  override readonly name = 'DamagedBytes';
}
