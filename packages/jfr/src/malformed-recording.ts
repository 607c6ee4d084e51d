/** Bytes that are no recording. Thrown while one is read, caught by `readJfr` alone. */
export class MalformedRecording extends Error {
  override readonly name = 'MalformedRecording';
}
