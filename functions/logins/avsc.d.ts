/** esbuild's `loader: { '.avsc': 'text' }` (serverless.yml): the schema's JSON text, in the bundle. */
declare module '*.avsc' {
  const text: string;
  export default text;
}
