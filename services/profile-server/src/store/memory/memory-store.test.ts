import { describeProfileStore } from '../testing/profile-store-suite.ts';
import { createMemoryStore } from './memory-store.ts';

describeProfileStore('memory', async (options) => createMemoryStore(options));
