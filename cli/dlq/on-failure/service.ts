import type { Ask } from '#functions/ops/redrive/ask.ts';
import type { Filter } from '#functions/ops/redrive/filter.ts';
import { nameOf } from '#functions/ops/redrive/plain.ts';
import type { Letter } from '#functions/ops/redrive/refused.ts';
import type { Answers, FoundLetter, Refusal, Requests } from '#functions/ops/redrive/requests.ts';
import { shownContent, shownLetter } from '#functions/ops/redrive/shown.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { type Item, namedRecords, wants, wantsTopic } from './expand.ts';
import { parsed } from './parse.ts';
import type { Document } from './read.ts';
import { type Placed, pagesOf, recordsOf } from './resend.ts';

type Own = { [A in 'letters' | 'show' | 'send']: (request: Requests[A]) => Promise<Answers[A]> };

/**
 * Answers for on-failure records in documents as the service does for a dead-letter topic. It asks the service itself
 * for records that the documents only name, and to send.
 */
export function onFailureService(ask: Ask, documents: readonly Document[]): Ask {
  let items: Placed[] = [];
  let others = 0;

  async function find(filter: Filter, reveal?: boolean): Promise<Placed[]> {
    const found: Placed[] = [];
    others = 0;
    for (const document of documents) {
      const { invocations, others: more } = parsed(await document.read());
      others += more;
      const wanted = invocations.filter((own) => wants(filter, own));
      for (const invocation of wanted) {
        for (const letter of invocation.letters ?? []) {
          if (!wantsTopic(filter, letter.from.topic)) continue;
          // The content is read again when it is sent: all of a bucket wouldn't fit into memory.
          found.push({ document, ...itemOf(invocation, letter, reveal) });
        }
      }
      const named = wanted.filter(({ letters }) => letters === undefined);
      for (const item of await namedRecords(ask, named, filter, reveal)) found.push({ document, ...item });
    }
    return found;
  }

  const own: Own = {
    async letters({ filter }) {
      items = await find(filter);
      return { letters: items.map(foundLetter), others };
    },
    async show({ filter, limit, reveal }) {
      const found = await find(filter, reveal);
      return { shown: found.slice(0, limit).map(textOf) };
    },
    async send({ id, letters, force }) {
      const refused: Refusal[] = [];
      let sent = 0;
      const records = await recordsOf(
        letters.map(({ offset, attempt }) => ({ item: items[offset] as Placed, attempt })),
      );
      for (const some of pagesOf(records)) {
        const page = await ask('resend', { id, records: some, force });
        sent += page.sent;
        refused.push(...page.refused);
      }
      return { sent, refused };
    },
  };
  return (action, request) =>
    action in own ? (own[action as 'letters'](request as never) as never) : ask(action, request);
}

function itemOf(invocation: Item['invocation'], letter: Letter, reveal: boolean | undefined): Item {
  const { from, origin, attempts, redrive, content, ...rest } = letter;
  return {
    invocation,
    from,
    past: { origin: coordinatesText(origin), attempts, ...(redrive !== undefined && { redrive }) },
    letter: { from, origin, attempts, ...rest },
    ...(reveal !== undefined && content && { lines: shownContent(content, reveal) }),
  };
}

function foundLetter({ invocation, from, past, lost }: Placed, offset: number): FoundLetter {
  return {
    at: { partition: 0, offset },
    name: nameOf(invocation.function, from),
    timestamp: invocation.timestamp,
    from,
    ...past,
    function: invocation.function,
    code: invocation.code,
    mayHaveResults: true,
    ...(lost !== undefined && { lost }),
  };
}

function textOf({ invocation, from, past, lost, lines = [] }: Placed): string {
  const { function: name, code, timestamp } = invocation;
  const { attempts, redrive } = past;
  const message = lost ?? 'the mapping gave the record up';
  const letter = {
    from,
    origin: from,
    function: name,
    code,
    message,
    attempts,
    ...(redrive !== undefined && { redrive }),
  };
  return shownLetter({ name: nameOf(name, from), timestamp }, letter, lines);
}
