import { useLive } from '../live/hooks.ts';
import { Bars } from '../parts/bars.tsx';
import { Empty, Panel } from '../parts/panel.tsx';

/** Logins by device, version and locale; no personal field. */
export function LoginsPanel() {
  return (
    <Panel id="logins" title="Logins" note="the latest by device, version and locale">
      <LoginCounts />
    </Panel>
  );
}

function LoginCounts() {
  const { logins } = useLive('logins');
  const { deviceType, appVersion, locale } = logins;
  if (Object.keys(deviceType).length === 0) return <Empty>Nobody has logged in yet.</Empty>;
  return (
    <div class="login-bars">
      <Bars title="Device type" counts={deviceType} most={4} />
      <Bars title="App version" counts={appVersion} most={5} />
      <Bars title="Locale" counts={locale} most={5} />
    </div>
  );
}
