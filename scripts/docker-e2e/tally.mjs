/** Checks with their times, one line each, and how many held. */
export function createTally() {
  let passed = 0;
  let failed = 0;
  return {
    /** Whether it held. A check holds unless it throws. */
    async check(name, work) {
      const start = performance.now();
      try {
        const said = await work();
        passed++;
        console.log(`ok    ${name.padEnd(62)} ${seconds(start)}${said ? `   ${said}` : ''}`);
        return true;
      } catch (error) {
        failed++;
        console.log(`FAIL  ${name.padEnd(62)} ${seconds(start)}`);
        console.log(String(error?.message ?? error).replace(/^/gm, '      '));
        return false;
      }
    },
    summary: () => `${passed} passed, ${failed} failed`,
    hasFailed: () => failed > 0,
  };
}

function seconds(startMillis) {
  return `${((performance.now() - startMillis) / 1000).toFixed(1).padStart(6)} s`;
}

/** Asks again until it is so. What is asked may throw; the last reason is told when time is up. */
export async function until(limitSeconds, ask) {
  const end = performance.now() + limitSeconds * 1000;
  let why = 'it was never so';
  do {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      why = error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MILLIS));
  } while (performance.now() < end);
  throw new Error(`not within ${limitSeconds} s: ${why}`);
}

const ASK_AGAIN_MILLIS = 1_000;
