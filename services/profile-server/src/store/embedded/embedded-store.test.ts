import { describeProfileStore } from '../testing/profile-store-suite.ts';
import { createStoreInMemory } from './testing/store-in-memory.ts';

describeProfileStore('embedded', async (options) => createStoreInMemory(options));
