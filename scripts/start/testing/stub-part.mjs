/**
 * A program that is as good or as bad as its environment says, for tests of what runs programs. It
 * notes what happens to it in the file STUB_JOURNAL.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { PORT, STUB_NAME, STUB_JOURNAL, STUB_MANNERS = '' } = process.env;
const manners = new Set(STUB_MANNERS.split(' '));
const note = (what) => appendFileSync(STUB_JOURNAL, `${STUB_NAME} ${what}\n`);

if (manners.has('breaks-at-start')) {
  console.error('the database is not ours');
  process.exit(3);
}
process.on('SIGTERM', () => {
  note('told to stop');
  if (manners.has('does-not-stop')) return;
  setTimeout(() => process.exit(0), 20);
});
console.log(`${STUB_NAME} writes its first line`);
note(`started ${process.pid}`);
createServer((_request, response) => {
  if (manners.has('never-ready')) response.writeHead(503).end('the disk is slow\n');
  else response.end('ready\n');
}).listen(Number(PORT), '127.0.0.1');
