/** esbuild's `loader: { '.sql': 'text' }` (serverless.yml): the file's text, in the bundle. */
declare module '*.sql' {
  const text: string;
  export default text;
}
