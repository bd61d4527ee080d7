import { nameOf, plainOf } from '#functions/ops/redrive/plain.ts';
import type { Content } from '#functions/ops/redrive/refused.ts';
import type { Requests } from '#functions/ops/redrive/requests.ts';
import type { Item } from './expand.ts';
import { parsed } from './parse.ts';
import type { Document } from './read.ts';

export type Placed = Item & { readonly document: Document };

/** A request to a Lambda function has at most 6 MB. */
const MOST_BYTES = 3_000_000;

type Resent = Requests['resend']['records'][number];

/** The records to send, with the content that their documents hold. */
export async function recordsOf(all: readonly { item: Placed; attempt: number }[]): Promise<Resent[]> {
  let last: { document: Document; contents: Map<string, Content> } | undefined;
  const contentOf = async ({ document, letter, invocation, from }: Placed) => {
    if (letter === undefined) return undefined;
    if (last?.document !== document) last = { document, contents: contentsOf(await document.read()) };
    return last.contents.get(nameOf(invocation.function, from));
  };
  const records: Resent[] = [];
  for (const { item, attempt } of all) {
    const content = await contentOf(item);
    const { from, invocation, past } = item;
    records.push({
      from,
      origin: past.origin,
      function: invocation.function,
      attempt,
      ...(content && { content: plainOf(content) }),
    });
  }
  return records;
}

/** The records that a document holds. */
function contentsOf(text: string): Map<string, Content> {
  const letters = parsed(text).invocations.flatMap((own) => own.letters ?? []);
  return new Map(letters.flatMap((own) => (own.content ? [[nameOf(own.function, own.from), own.content]] : [])));
}

/** Requests that aren't too large. */
export function* pagesOf(records: readonly Resent[]): Generator<Resent[]> {
  let page: Resent[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = JSON.stringify(record).length;
    if (page.length > 0 && bytes + size > MOST_BYTES) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(record);
    bytes += size;
  }
  if (page.length > 0) yield page;
}
