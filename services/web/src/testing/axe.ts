import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe-core finds that keeps people out, as sentences; findings of less weight are left out.
 * Runs over the debugger's connection, so the page's policy need not allow it.
 */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { readonly axe: typeof axe };
    const { violations: found } = await inPage.run(document, { resultTypes: ['violations'] });
    return found.map(({ id, impact, nodes }) => ({
      id,
      impact: impact ?? 'minor',
      where: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    }));
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, where }) => `${impact} ${id} at ${where.join('; ')}`);
}
