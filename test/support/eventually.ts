/** The code is in the plugin, which must not depend on this project. */
export { eventually } from '#msk/test/eventually.ts';
