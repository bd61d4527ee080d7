declare module 'serverless-offline' {
  export default class ServerlessOffline {
    constructor(serverless: object, options: object, tools: object);
  }
}

declare module 'serverless-offline/lambda' {
  /** The part of serverless-offline's runner that the plugin uses: it ships no types. */
  export default class Lambda {
    constructor(serverless: object, options: object);
    create(lambdas: { functionKey: string; functionDefinition: object }[]): void;
    get(functionKey: string): {
      setEvent(event: unknown): void;
      runHandler(): Promise<{
        response?: unknown;
        error?: { errorType: string; errorMessage: string; trace: string[] };
      }>;
    };
    cleanup(): Promise<void>;
  }
}
