import { describeLikePlainStore } from '../testing/like-plain-store.ts';
import { openRestartedStore } from './testing/restarted-store.ts';

describeLikePlainStore('embedded', openRestartedStore);
