// The framework loads local plugins only from the service's folder.
export { default } from '../index.ts';
