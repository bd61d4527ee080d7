import { TRACE } from '#test/support/msk-event.ts';
import { traceparentOf } from './traceparent.ts';

const [TRACE_ID, PARENT_ID] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

test.each([TRACE, `00-${TRACE_ID}-${PARENT_ID}-ff`])('%s is passed on unchanged', (text) => {
  expect(traceparentOf(text)).toBe(text);
});

test.each([
  [`01-${TRACE_ID}-${PARENT_ID}-03`, '01'],
  [`cc-${TRACE_ID}-${PARENT_ID}-00-what-the-future-will-be-like`, '00'],
])('a later version, %s, is passed on as version 00', (text, flags) => {
  expect(traceparentOf(text)).toBe(`00-${TRACE_ID}-${PARENT_ID}-${flags}`);
});

test.each([
  [undefined],
  [''],
  ['secret'],
  [`${TRACE}-01`],
  [`${TRACE}\n`],
  [` ${TRACE}`],
  [TRACE.toUpperCase()],
  [`00-${TRACE_ID}-${PARENT_ID}-1`],
  [`00-${TRACE_ID}-${PARENT_ID}-0x`],
  [`ff-${TRACE_ID}-${PARENT_ID}-01`],
  [`01-${TRACE_ID}-${PARENT_ID}-01.more`],
  [`00-${'0'.repeat(32)}-${PARENT_ID}-01`],
  [`00-${TRACE_ID}-${'0'.repeat(16)}-01`],
])('%j is not a traceparent', (text) => {
  expect(traceparentOf(text)).toBeUndefined();
});
