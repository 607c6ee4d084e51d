import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rankFrames } from '@emberscope/profile';
import fc from 'fast-check';
import { createFrameSpace, OTHER_FRAME } from './frame-space.ts';

const frame = fc.record({
  name: fc.constantFrom('', 'a', 'b', 'other', 'é', '\u{1f600}', '\u{ffff}'),
  file: fc.constantFrom('', 'x.ts', 'y.ts'),
  line: fc.nat(2),
});

test('frames that come later are sorted in where all of them sorted at once would have them', () => {
  fc.assert(
    fc.property(fc.array(fc.array(frame, { maxLength: 8 }), { maxLength: 5 }), (batches) => {
      const space = createFrameSpace();
      for (const batch of batches) {
        for (const one of batch) assert.deepEqual({ ...space.at(space.intern(one)) }, { ...one });
        const all = Array.from({ length: space.length() }, (_, row) => space.at(row));
        const expected = rankFrames({
          length: all.length,
          name: all.map(({ name }) => name),
          file: all.map(({ file }) => file),
          line: Int32Array.from(all, ({ line }) => line),
        });
        const { sorted, rank } = space.order();
        assert.deepEqual(rank, expected);
        for (const [place, at] of sorted.entries()) assert.equal(rank[at], place);
      }
    }),
  );
});

test('what truncation folds is a frame of every space', () => {
  assert.equal(createFrameSpace().intern({ name: 'other', file: '', line: 0 }), OTHER_FRAME);
});
