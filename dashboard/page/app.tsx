import { useChosen } from './live/chosen.ts';
import { AlertsPanel } from './panels/alerts.tsx';
import { DeadLettersPanel } from './panels/dead-letters.tsx';
import { FlowPanel } from './panels/flow.tsx';
import { Head, LostConnection } from './panels/head.tsx';
import { HealthPanel } from './panels/health.tsx';
import { LagPanel } from './panels/lag.tsx';
import { LoginsPanel } from './panels/logins.tsx';
import { MapPanel } from './panels/map.tsx';
import { Nav } from './panels/nav.tsx';
import { RedriveDrawer } from './panels/redrive.tsx';
import { SendDrawer } from './panels/send.tsx';
import { Summary } from './panels/summary.tsx';
import { TailPanel } from './panels/tail.tsx';
import { WayDrawer } from './panels/way.tsx';
import { WindowsPanel } from './panels/windows.tsx';

export function App() {
  return (
    <>
      <Head />
      <Nav />
      <main>
        <LostConnection />
        <Summary />
        <FlowPanel />
        <MapPanel />
        <AlertsPanel />
        <LagPanel />
        <HealthPanel />
        <WindowsPanel />
        <LoginsPanel />
        <DeadLettersPanel />
        <TailPanel />
      </main>
      <OpenDrawer />
    </>
  );
}

function OpenDrawer() {
  const { drawer } = useChosen();
  if (drawer === null) return null;
  if (drawer.kind === 'redrive') return <RedriveDrawer code={drawer.code} />;
  return drawer.kind === 'way' ? <WayDrawer source={drawer.source} /> : <SendDrawer />;
}
