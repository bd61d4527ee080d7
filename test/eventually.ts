/** The plugin has it, since it stands alone. */
export { eventually } from '../plugins/msk/test/eventually.ts';
