import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { createWorld } from './fake/world.ts';
import { type Desk, openDesk, openPage } from './open-page.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 375];

test.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
  'axe finds nothing serious in the %s theme at %i px, and the page is not wider than its window',
  async (colorScheme, width) => {
    // The policy forbids scripts from elsewhere, and axe is one.
    const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
    const { page, close, errors } = await openPage(desk, createWorld({ vehicles: 20 }).state(), options);
    await page.locator('.letter-list button').first().click();
    await page.locator('.alert-list .source').first().click();
    await page.locator('.waterfall li').nth(9).waitFor();

    await page.addScriptTag({ path: axe });
    expect(await seriousIn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('button', { name: 'Show what would be sent' }).click();
    await page.getByText('This is a dry run').waitFor();
    expect(await seriousIn(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(errors).toEqual([]);
    await close();
  },
);

async function seriousIn(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html)
          .join(' ')}`,
    );
}

test('the theme can be changed, and is kept', async () => {
  const { page, close } = await openPage(desk, createWorld({ vehicles: 5 }).state(), { colorScheme: 'light' });
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  await page.getByLabel('Use the dark theme').click();
  const dark = await background();
  await page.reload();

  await page.getByLabel('Use the light theme').waitFor();
  expect(dark).not.toBe(light);
  expect(await background()).toBe(dark);
  await close();
});

test('every panel can be reached by the keyboard, and what has the focus is marked', async () => {
  const { page, close } = await openPage(desk, createWorld({ vehicles: 5 }).state());
  const reached = new Set<string>();
  for (let press = 0; press < 500; press += 1) {
    await page.keyboard.press('Tab');
    const [panel, outline] = await page.evaluate<[string, string]>(
      '[document.activeElement.closest(".panel")?.id ?? "", getComputedStyle(document.activeElement).outlineStyle]',
    );
    if (panel !== '' && panel !== 'flow') expect(`${panel}: ${outline}`).not.toMatch(/none$/);
    reached.add(panel);
  }
  // Logins have nothing to press.
  expect([...reached].sort()).toEqual([
    '',
    'alerts',
    'dead-letters',
    'flow',
    'health',
    'lag',
    'map',
    'tail',
    'windows',
  ]);
  await close();
});
