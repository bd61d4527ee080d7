import { startFake } from './fake/server.ts';
import { eachPage } from './open-page.ts';

const now = eachPage();

test('a killed server shows within 10 s, and the page goes on when another one is there', async () => {
  const port = Number(new URL(now.fake.url).port);
  await now.fake.stop();
  const killed = Date.now();
  await now.page.getByText("The dashboard's server doesn't answer.").waitFor({ timeout: 10_000 });
  expect(Date.now() - killed).toBeLessThan(10_000);
  expect(await now.page.locator('.summary').innerText()).toContain('20');

  const again = await startFake(
    now.desk.folder,
    () => ({ ...now.state, vehicles: now.state.vehicles.slice(0, 5) }),
    port,
  );
  await now.page.getByText("The dashboard's server doesn't answer.").waitFor({ state: 'detached', timeout: 10_000 });
  await now.page.locator('.map-counts').getByText('5 vehicles').waitFor();
  await now.page.close();
  await again.stop();
  // The browser itself writes a line for each try that fails.
  expect(
    now.errors.splice(0).filter((line) => !line.includes('ERR_CONNECTION') && !line.includes('ERR_INCOMPLETE')),
  ).toEqual([]);
});

test('a server that is silent counts as lost', async () => {
  await now.page.getByText("The dashboard's server doesn't answer.").waitFor({ timeout: 12_000 });
});
