import { pick } from './draw.ts';
import { TENANTS } from './drawn-pushes.ts';
import { drawMatchers, EVERYTHING } from './drawn-questions.ts';
import type { AskedDeletion } from './kept-profiles.ts';
import type { SimLife } from './sim-life.ts';

export async function deleteSomething(life: SimLife): Promise<void> {
  const { kept } = life;
  const deletion = drawDeletion(life);
  const couldFail = life.mayFail();
  const answer = await life.until(life.store().deleteSeries(deletion.selection));
  if (answer.ok) {
    kept.deleted(deletion);
    return;
  }
  if (!couldFail) throw new Error(`a deletion failed: ${answer.error.reason}`);
  life.note(`  failed: ${answer.error.reason}`);
  kept.deletionLost(deletion);
  await life.takeStock(false);
}

/** One that the machine may go down in. */
export function beginDeletion(life: SimLife): {
  readonly asked: AskedDeletion;
  readonly running: Promise<void>;
  readonly isDone: () => boolean;
} {
  const asked = drawDeletion(life);
  let isDone = false;
  const running = life
    .store()
    .deleteSeries(asked.selection)
    .then(({ ok }) => {
      isDone = ok;
    });
  return { asked, running, isDone: () => isDone };
}

function drawDeletion({ random, kept }: SimLife): AskedDeletion {
  return kept.beginDeletion({
    tenants: [pick(random, TENANTS)],
    range: EVERYTHING,
    matchers: drawMatchers(random),
  });
}
