import { useState } from 'preact/hooks';
import type { StoredRecord } from '../../contract.ts';
import { ask, messageOf } from '../live/ask.ts';

/** A record's headers as a table. */
export function Headers({ of: headers }: { of: Readonly<Record<string, string>> }) {
  const rows = Object.entries(headers);
  if (rows.length === 0) return <p class="quiet">It has no headers.</p>;
  return (
    <table class="headers">
      <caption>Headers</caption>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A record's value, which is read only after a click. Personal fields are masked until a second click. */
export function RecordValue({ topic, partition, offset }: { topic: string; partition: number; offset: string }) {
  const [record, setRecord] = useState<StoredRecord | null>(null);
  const [isRevealed, setRevealed] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const read = async (reveal: boolean) => {
    try {
      const place = { topic, partition: String(partition), offset, ...(reveal && { reveal: '1' }) };
      setRecord(await ask<StoredRecord>('/record', place));
      setRevealed(reveal);
      setProblem(null);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div class="record-value">
      {record !== null && (
        <>
          <p class="quiet">key: {record.key ?? 'none'}</p>
          <pre>{pretty(record.value)}</pre>
        </>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {record === null && (
        <button type="button" onClick={() => void read(false)}>
          Show the value
        </button>
      )}
      {record !== null && !isRevealed && (
        <button type="button" onClick={() => void read(true)}>
          Show personal fields too
        </button>
      )}
      {isRevealed && (
        <button type="button" onClick={() => void read(false)}>
          Mask personal fields
        </button>
      )}
    </div>
  );
}

/** JSON with a line for each field. Anything else stays as it is, and JSON with numbers that JavaScript can't hold too. */
export function pretty(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return JSON.stringify(parsed) === text ? JSON.stringify(parsed, null, 2) : text;
  } catch {
    return text;
  }
}
