import type { Redrive } from '../../contract.ts';
import { count } from '../text/format.ts';
import { Source } from './value.tsx';

/** What a redrive sends, by topic, function and cause. */
export function RedriveTable({ of: { topic, groups, superseded } }: { of: Redrive }) {
  return (
    <>
      <table>
        <caption>Dead letters of {topic}</caption>
        <thead>
          <tr>
            <th scope="col">to</th>
            <th scope="col">for</th>
            <th scope="col">cause</th>
            <th scope="col" class="number">
              records
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={`${group.topic} ${group.function} ${group.code}`}>
              <td>{group.topic}</td>
              <td>{group.function}</td>
              <td class="code">{group.code}</td>
              <td class="number">{count(group.records)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {superseded > 0 && (
        <p class="quiet">{count(superseded)} dead letters are left out: their records have a later one.</p>
      )}
    </>
  );
}

/** What isn't sent, by reason. */
export function Refused({ of: { refused } }: { of: Redrive }) {
  if (refused.length === 0) return null;
  return (
    <ul class="refused" aria-label="Not redriven">
      {refused.map(({ why, records, letters }) => (
        <li key={why}>
          <b>{count(records)} not redriven:</b> {why}{' '}
          {letters.map((letter) => (
            <Source key={letter} of={letter} />
          ))}
        </li>
      ))}
    </ul>
  );
}
