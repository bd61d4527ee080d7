import { choose, goTo } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { levelOf, levelOfServer } from '../live/level.ts';
import { serverNow } from '../live/model.ts';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { Dot, Value } from '../parts/value.tsx';
import { NOT_KNOWN, seconds } from '../text/format.ts';

/** Whether each server answers, and whether each mapping works. */
export function HealthPanel() {
  return (
    <Panel id="health" title="Health" note="servers and mappings" isUrgent>
      <Health />
    </Panel>
  );
}

function Health() {
  const model = useLive('flow', 'clock');
  const { servers, mappings } = model.flow;
  const now = serverNow(model);
  const failing = mappings.filter((mapping) => levelOf(mapping) === 'bad');
  const late = mappings.filter((mapping) => levelOf(mapping) === 'warn');
  const unknown = mappings.filter((mapping) => levelOf(mapping) === 'unknown');
  const fine = mappings.length - failing.length - late.length - unknown.length;
  return (
    <Scroll label="Health of servers and mappings">
      {servers.length === 0 && (
        <Empty>This page isn't told of any server{model.mode === 'stage' ? ' of a deployed stage' : ''}.</Empty>
      )}
      <ul class="servers">
        {servers.map(({ name, up, since }) => (
          <li key={name} class={levelOfServer(up)}>
            <Dot level={levelOfServer(up)} says={wordOf(up)} />
            <span class="name">{name}</span>
            <span class="quiet">
              <Value of={wordOf(up)} />
              {up !== null && since !== null && ` for ${seconds((now - since) / 1000)}`}
            </span>
          </li>
        ))}
      </ul>
      <h3>Mappings</h3>
      {mappings.length === 0 ? (
        <Empty>No mapping is known yet.</Empty>
      ) : (
        <p class="counts">
          <span>
            <b>{fine}</b> keep up
          </span>
          <span class={late.length > 0 ? 'warn' : ''}>
            <b>{late.length}</b> late
          </span>
          <span class={failing.length > 0 ? 'bad' : ''}>
            <b>{failing.length}</b> failing
          </span>
          <span class="quiet">
            <b>{unknown.length}</b> not known
          </span>
        </p>
      )}
      <ul class="problems">
        {[...failing, ...late].map((mapping) => (
          <li key={mapping.id}>
            <button
              type="button"
              class="link"
              onClick={() => {
                choose({ mapping: mapping.id });
                goTo('lag');
              }}
            >
              <Dot level={levelOf(mapping)} says={mapping.failing ? 'failing' : 'late'} /> {mapping.id}
            </button>
            <span class="quiet">{mapping.problem ?? `the oldest record waits for ${seconds(mapping.lagSeconds)}`}</span>
          </li>
        ))}
      </ul>
    </Scroll>
  );
}

function wordOf(up: boolean | null): string {
  return up === null ? NOT_KNOWN : up ? 'up' : 'down';
}
