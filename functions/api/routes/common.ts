import { time, whole } from '../http/parameters.ts';

/** Parameters that several routes have. */
export const limit = whole('the most items of a page', { min: 1, max: 500, absent: 100 });
export const from = time('items from this time on');
export const to = time('items before this time');
