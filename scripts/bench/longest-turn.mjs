const METRIC = 'emberscope_longest_turn_seconds';
const EVERY_MILLIS = 3_000;

/** Watches the longest turn of a server's main thread, which it says since the scrape before. */
export function watchLongestTurn(url) {
  let longestMillis;
  const look = async () => {
    const text = await fetch(`${url}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const millis = turnMillisIn(text);
    if (millis !== undefined) longestMillis = Math.max(longestMillis ?? 0, millis);
  };
  const timer = setInterval(() => void look(), EVERY_MILLIS);
  return {
    /** Milliseconds; undefined when the server does not say. */
    async stop() {
      clearInterval(timer);
      await look();
      return longestMillis;
    },
  };
}

/** The metric in a scrape, as milliseconds. */
export function turnMillisIn(text) {
  const line = text.split('\n').find((each) => each.startsWith(`${METRIC} `));
  return line === undefined ? undefined : Number(line.slice(METRIC.length + 1)) * 1000;
}
