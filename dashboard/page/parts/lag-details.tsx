import type { MappingFlow } from '../../contract.ts';
import { count, NOT_KNOWN, seconds } from '../text/format.ts';
import { LagChart } from './lag-chart.tsx';
import { Scroll } from './panel.tsx';
import { Value } from './value.tsx';

/** The lag of one mapping over time, and of each of its partitions now. */
export function LagDetails({ mapping }: { mapping: MappingFlow }) {
  return (
    <div class="lag-details">
      <h3>
        {mapping.function}{' '}
        <span class="note">
          reads {mapping.topic} as {mapping.group}
        </span>
      </h3>
      {mapping.problem !== null && <p class="problem">{mapping.problem}</p>}
      <LagChart mapping={mapping.id} />
      <Scroll label="Partitions" class="partitions">
        <table>
          <thead>
            <tr>
              <th scope="col">partition</th>
              <th scope="col" class="number">
                wait
              </th>
              <th scope="col" class="number">
                since
              </th>
              <th scope="col" class="number">
                cleared in
              </th>
            </tr>
          </thead>
          <tbody>
            {mapping.partitions.map((partition) => (
              <tr key={partition.partition}>
                <th scope="row">{partition.partition}</th>
                <td class="number">
                  <Value of={count(partition.lag)} />
                </td>
                <td class="number">
                  <Value of={partition.lag === 0 ? '–' : seconds(partition.lagSeconds)} />
                </td>
                <td class="number">
                  <Value of={clearedText(partition)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

/** A lag that grows has no time at which it is cleared. */
export function clearedText({ lag, clearedIn }: { lag: number | null; clearedIn: number | null }): string {
  if (lag === null) return NOT_KNOWN;
  if (lag === 0) return '–';
  return seconds(clearedIn);
}
