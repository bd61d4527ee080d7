import { openWay } from '../live/chosen.ts';
import type { Level } from '../live/level.ts';
import { NOT_KNOWN } from '../text/format.ts';

/** A formatted value; one that isn't known is greyed. */
export function Value({ of: text }: { of: string }) {
  return <span class={text === NOT_KNOWN ? 'unknown' : ''}>{text}</span>;
}

/** A dot whose colour says how something is, with the word for those who don't see the colour. */
export function Dot({ level, says }: { level: Level; says: string }) {
  return <span class={`dot ${level}`} role="img" aria-label={says} title={says} />;
}

/** A record's place. A click opens its way. */
export function Source({ of: source, says = source }: { of: string; says?: string }) {
  return (
    <button type="button" class="source" title={`The way of ${source}`} onClick={() => openWay(source)}>
      {says}
    </button>
  );
}
