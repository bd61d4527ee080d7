import { useState } from 'preact/hooks';
import { choose, openWay } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { serverNow } from '../live/model.ts';
import { Icon } from '../parts/icons.tsx';
import { setTheme, theme } from '../parts/palette.ts';
import { seconds, time } from '../text/format.ts';

/** The bar above the panels: which run it is, a search for a record, and what can be sent. */
export function Head() {
  const { stage, mode, samples, link } = useLive('state', 'link');
  const [source, setSource] = useState('');
  return (
    <header class="top">
      <h1>
        <img src="/assets/icon.svg" alt="" width="22" height="22" /> Pipeline
      </h1>
      {mode !== null && (
        <span
          class="badge stage"
          title={mode === 'stage' ? 'a deployed stage; nothing can be sent' : 'a run on this machine'}
        >
          {mode === 'stage' ? stage : `${stage} · this machine`}
        </span>
      )}
      <span class={`badge link ${link.state}`} role="status">
        {link.state === 'open' ? 'live' : link.state === 'lost' ? 'no connection' : 'connecting'}
      </span>
      <search class="find">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (source.trim() !== '') openWay(source.trim());
          }}
        >
          <input
            type="search"
            aria-label="A record's source"
            placeholder="A record's source, as orders-0-17"
            value={source}
            onInput={(event) => setSource(event.currentTarget.value)}
          />
          <button type="submit">Show its way</button>
        </form>
      </search>
      {samples.length > 0 && (
        <button type="button" class="primary" onClick={() => choose({ drawer: { kind: 'send' } })}>
          Send a record
        </button>
      )}
      <ThemeSwitch />
    </header>
  );
}

function ThemeSwitch() {
  const [now, setNow] = useState(theme());
  const other = now === 'dark' ? 'light' : 'dark';
  const change = () => {
    setTheme(other);
    setNow(other);
  };
  return (
    <button type="button" class="theme square" aria-label={`Use the ${other} theme`} onClick={change}>
      <Icon name={now === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

/** Says that what can be seen is old. */
export function LostConnection() {
  const model = useLive('link', 'clock');
  if (model.link.state !== 'lost') return null;
  const now = serverNow(model);
  return (
    <p class="lost" role="alert">
      <b>The dashboard's server doesn't answer.</b> What you see is from {time(model.link.since + model.clockAhead)},{' '}
      {seconds((now - model.link.since - model.clockAhead) / 1000)} ago. This page tries again by itself.
    </p>
  );
}
