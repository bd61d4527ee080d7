import type { MappingFlow } from '../../contract.ts';
import { choose, useChosen } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { levelOf, worstFirst } from '../live/level.ts';
import { LagCells, LagDetails, LagHeads } from '../parts/lag-details.tsx';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { Dot, Value } from '../parts/value.tsx';
import { rate } from '../text/format.ts';

const SAYS = { ok: 'keeps up', warn: 'late', bad: 'failing', unknown: 'not known' };

/** Lag of each mapping; of the chosen one over time, with its partitions. */
export function LagPanel() {
  return (
    <Panel id="lag" title="Lag" note="records that wait, and since when; the slowest partition decides">
      <Lag />
    </Panel>
  );
}

function Lag() {
  const { flow } = useLive('flow');
  const { mapping: id } = useChosen();
  const sorted = worstFirst(flow.mappings);
  const chosen = flow.mappings.find((mapping) => mapping.id === id) ?? sorted[0];
  if (chosen === undefined) return <Empty>No mapping is known yet.</Empty>;
  return (
    <div class="lag">
      <Scroll label="Mappings" class="lag-table">
        <table>
          <thead>
            <tr>
              <th scope="col">function</th>
              <th scope="col">topic</th>
              <th scope="col" class="number">
                rate
              </th>
              <LagHeads />
            </tr>
          </thead>
          <tbody>
            {sorted.map((mapping) => (
              <Row key={mapping.id} mapping={mapping} isChosen={mapping.id === chosen.id} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <LagDetails mapping={chosen} />
    </div>
  );
}

function Row({ mapping, isChosen }: { mapping: MappingFlow; isChosen: boolean }) {
  const level = levelOf(mapping);
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <button type="button" class="plain" aria-pressed={isChosen} onClick={() => choose({ mapping: mapping.id })}>
          <Dot level={level} says={SAYS[level]} /> {mapping.function}
        </button>
      </th>
      <td>{mapping.topic}</td>
      <td class="number">
        <Value of={rate(mapping.perSecond)} />
      </td>
      <LagCells of={mapping} />
    </tr>
  );
}
