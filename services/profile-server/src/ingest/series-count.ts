import { invalid, type Refusal } from './refusal.ts';

/**
 * Series that the labels of its samples may make of one profile. Each takes 0.02 ms and 0.006 more for
 * every label; agents make some dozens, and a profiler of a whole host one for each of its threads. No
 * more than samples, as the settings have them: 60 profiles of as many held a thread for half a minute.
 */
export const PROFILE_MAX_SERIES = 16_000;

/** Of all profiles of one request. The store's writer, of which there is one, looks at each. */
const REQUEST_MAX_SERIES = 20_000;

/** As far as a profile is taken apart before it is refused costs as much: this is for three of those. */
const WASTED_MAX_SERIES = 3 * PROFILE_MAX_SERIES;

/** What one request has become so far. */
export type SeriesProgress = { takenSeries: number; wastedSeries: number };

/** Counts the series that the profiles of one request become. */
export class SeriesCount {
  private readonly progress: SeriesProgress;

  constructor(progress: SeriesProgress = { takenSeries: 0, wastedSeries: 0 }) {
    this.progress = progress;
  }

  /** Why a profile with labels on its samples is not even taken apart. */
  refusalUnread(): Refusal | undefined {
    if (this.progress.wastedSeries < WASTED_MAX_SERIES) return undefined;
    return tooMany('profiles before this one had labels of too many series, of one request');
  }

  /** `series` are those of a profile; undefined where they are more than a profile may be. */
  add(series: number | undefined): Refusal | undefined {
    const { progress } = this;
    if (series === undefined) {
      progress.wastedSeries += PROFILE_MAX_SERIES;
      const reason = `the labels of its samples make more than ${PROFILE_MAX_SERIES} series of the profile`;
      return tooMany(reason);
    }
    if (progress.takenSeries + series > REQUEST_MAX_SERIES) {
      progress.wastedSeries += series;
      return tooMany(`more than ${REQUEST_MAX_SERIES} series in one request`);
    }
    progress.takenSeries += series;
    return undefined;
  }
}

function tooMany(reason: string): Refusal {
  return invalid('series_limit', reason);
}
