import { useState } from 'preact/hooks';
import type { AlertItem } from '../../contract.ts';
import { messageOf } from '../live/ask.ts';
import { useLive } from '../live/hooks.ts';
import { storedAlerts } from '../live/stored.ts';
import { alertClass } from '../parts/alert-class.ts';
import { AlertRow } from '../parts/alert-row.tsx';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';

/** The most rows that are drawn: more can't be read. */
const ROWS = 50;

/** Alerts as they come, with a filter by kind and a search. */
export function AlertsPanel() {
  return (
    <Panel id="alerts" title="Alerts" note="newest first">
      <Alerts />
    </Panel>
  );
}

function Alerts() {
  const { alerts } = useLive('alerts');
  const [kind, setKind] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const [found, setFound] = useState<{ items: AlertItem[] } | { error: string } | null>(null);
  const kinds = [...new Set(alerts.map((alert) => alert.kind))].sort();
  const asked = words.trim().toLowerCase();
  const source = found !== null && 'items' in found ? found.items : alerts;
  const shown = source.filter(
    (alert) =>
      (kind === null || alert.kind === kind) &&
      `${alert.vehicle} ${alert.message} ${alert.source}`.toLowerCase().includes(asked),
  );
  const search = async () => {
    try {
      const parameters = { limit: '100', ...(kind !== null && { kind }), ...(asked && { vehicle: words.trim() }) };
      setFound({ items: await storedAlerts(parameters) });
    } catch (error) {
      setFound({ error: messageOf(error) });
    }
  };
  return (
    <>
      <div class="filters">
        <input
          type="search"
          aria-label="Filter alerts by vehicle or words"
          placeholder="Vehicle or words"
          value={words}
          onInput={(event) => {
            setWords(event.currentTarget.value);
            setFound(null);
          }}
          onKeyDown={(event) => event.key === 'Enter' && void search()}
        />
        <button
          type="button"
          onClick={() => void search()}
          title="Asks the API for older alerts of this vehicle and kind"
        >
          Search the store
        </button>
        <div class="chips">
          {kinds.map((name) => (
            <button
              type="button"
              key={name}
              class={`chip ${alertClass(name)}`}
              aria-pressed={kind === name}
              onClick={() => setKind(kind === name ? null : name)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {found !== null && (
        <p class="found" role="status">
          {'error' in found ? <span class="problem">{found.error}</span> : `${found.items.length} found in the store.`}{' '}
          <button type="button" class="link" onClick={() => setFound(null)}>
            Show live alerts
          </button>
        </p>
      )}
      <Scroll label="Alerts">
        {shown.length === 0 && <Empty>{alerts.length === 0 ? 'No alert yet.' : 'No alert matches.'}</Empty>}
        <ul class="alert-list">
          {shown.slice(0, ROWS).map((alert) => (
            <AlertRow key={`${alert.source} ${alert.kind}`} alert={alert} />
          ))}
        </ul>
        {shown.length > ROWS && <p class="more">{shown.length - ROWS} more match; filter to see them.</p>}
      </Scroll>
    </>
  );
}
