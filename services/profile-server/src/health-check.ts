/** How long a server may take to say that it is ready. */
const HEALTH_MAX_MILLIS = 3_000;

/** Asks a server whether it is ready: for containers, which have no other client. */
export async function checkHealth(
  url: string,
): Promise<{ readonly isHealthy: boolean; readonly text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MAX_MILLIS) });
    const text = (await response.text()).trim();
    return { isHealthy: response.ok, text: `${url} answers ${response.status}: ${text}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { isHealthy: false, text: `${url} does not answer: ${reason}` };
  }
}
