import { describe } from 'node:test';
import { describeDeletingAndStats } from './suite/deleting-and-stats.ts';
import { describeMerging } from './suite/merging.ts';
import { describePushing } from './suite/pushing.ts';
import { describeSingleProfiles } from './suite/single-profiles.ts';
import type { OpenStore } from './suite/suite-stores.ts';
import { describeTypesAndLabels } from './suite/types-and-labels.ts';
import { describeValuesOverTime } from './suite/values-over-time.ts';
import { describeWhatQueriesSee } from './suite/what-queries-see.ts';

/**
 * What a store must do, whichever engine it is: `describe`s for node:test. Each case gets a store
 * of its own.
 */
export function describeProfileStore(engine: string, open: OpenStore): void {
  describe(`a profile store: ${engine}`, () => {
    describePushing(open);
    describeTypesAndLabels(open);
    describeWhatQueriesSee(open);
    describeMerging(open);
    describeValuesOverTime(open);
    describeSingleProfiles(open);
    describeDeletingAndStats(open);
  });
}
