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
              <LagHeads />
            </tr>
          </thead>
          <tbody>
            {mapping.partitions.map((partition) => (
              <tr key={partition.partition}>
                <th scope="row">{partition.partition}</th>
                <LagCells of={partition} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

/** The heads of the columns of {@link LagCells}. */
export function LagHeads() {
  return ['wait', 'since', 'cleared in'].map((head) => (
    <th key={head} scope="col" class="number">
      {head}
    </th>
  ));
}

/** The lag of a mapping or of a partition: in records, in seconds, and until it is gone. */
export function LagCells({ of }: { of: Pick<MappingFlow, 'lag' | 'lagSeconds' | 'clearedIn'> }) {
  const texts = [count(of.lag), of.lag === 0 ? '–' : seconds(of.lagSeconds), clearedText(of)];
  return texts.map((text, at) => (
    <td key={at} class="number">
      <Value of={text} />
    </td>
  ));
}

/** A lag that grows has no time at which it is cleared. */
function clearedText({ lag, clearedIn }: { lag: number | null; clearedIn: number | null }): string {
  if (lag === null) return NOT_KNOWN;
  if (lag === 0) return '–';
  return seconds(clearedIn);
}
