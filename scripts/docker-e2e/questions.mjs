/** What the checks ask the profile server about demo-worker, as Grafana would. */

export const CPU = 'wall:cpu:nanoseconds:wall:nanoseconds';
export const MEMORY = 'memory:inuse_space:bytes:inuse_space:bytes';
const WORKER = '{service_name="demo-worker"}';
/** Functions are named by file and line of their source. */
const CONVERTER = /^\.\/src\/database\/el-data-converter\.ts:elDataConverter:\d+$/;
const LOOK_BACK_MILLIS = 600_000;

export function createQuestions({ get, serverUrl }) {
  async function query(method, body) {
    const end = Date.now();
    const url = `${serverUrl}/querier.v1.QuerierService/${method}`;
    return JSON.parse(await get(url, { start: end - LOOK_BACK_MILLIS, end, ...body }));
  }

  async function cpuFlameGraph(start) {
    const asked = { profileTypeID: CPU, labelSelector: WORKER, start, maxNodes: 16_384 };
    return (await query('SelectMergeStacktraces', asked)).flamegraph;
  }

  return {
    /** How the flame graph of the CPU since then names elDataConverter, or undefined. */
    async converterName(startMillis) {
      return (await cpuFlameGraph(startMillis)).names.find((name) => CONVERTER.test(name));
    },

    /** The part of the CPU since then that was spent in and below elDataConverter. */
    async converterShare(startMillis) {
      const { names, levels, total } = await cpuFlameGraph(startMillis);
      const isConverter = names.map((name) => CONVERTER.test(name));
      let inside = 0;
      // Four numbers a box: offset, total, self, name.
      for (const { values } of levels) {
        for (let at = 0; at < values.length; at += 4) {
          if (isConverter[Number(values[at + 3])]) inside += Number(values[at + 1]);
        }
      }
      return inside / Number(total);
    },

    async labelValues(name, matcher = WORKER) {
      return (await query('LabelValues', { name, matchers: [matcher] })).names ?? [];
    },

    /** Sums over steps, the newest first. */
    async series(profileTypeID, step) {
      const asked = { profileTypeID, labelSelector: WORKER, step };
      const { series: [first] = [] } = await query('SelectSeries', asked);
      return (first?.points ?? [])
        .map(({ value, timestamp }) => ({ value: Number(value), time: Number(timestamp) }))
        .reverse();
    },
  };
}
