import { createBruteForceStore } from './brute-force-store.ts';
import { describeProfileStore } from './profile-store-suite.ts';

describeProfileStore('brute force', async (options) => createBruteForceStore(options));
