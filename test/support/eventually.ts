/** The plugin has it, since it stands alone. */
export { eventually } from '#msk/test/eventually.ts';
