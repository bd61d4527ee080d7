import type { CompiledTemplate } from '#msk';
import type { SignedFetch } from './signed-fetch.ts';

/** The name of the framework's output with the address of the HTTP API. */
const API_OUTPUT = 'HttpApiUrl';
const VERSION = '2010-05-15';

/** The CloudFormation stack of a stage (AWS: "CloudFormation API reference"). It only reads. */
export class DeployedStack {
  readonly #fetch: SignedFetch;
  readonly #endpoint: URL;
  readonly #name: string;

  constructor(fetch: SignedFetch, region: string, name: string, endpoint?: string) {
    this.#fetch = fetch;
    this.#endpoint = new URL(endpoint ?? `https://cloudformation.${region}.amazonaws.com/`);
    this.#name = name;
  }

  /** The address of the stage's HTTP API. @throws Error where the stack or its API doesn't exist */
  async apiUrl(): Promise<string> {
    const answer = await this.#call('DescribeStacks', {});
    const outputs = [...answer.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g)];
    const url = outputs.find(([, key]) => key === API_OUTPUT)?.[2];
    if (url === undefined)
      throw new Error(`the stack ${this.#name} has no output ${API_OUTPUT}: deploy the API, or name it with --api`);
    return unescaped(url);
  }

  /** The template with which the stack was deployed. */
  async template(): Promise<CompiledTemplate> {
    const answer = await this.#call('GetTemplate', { TemplateStage: 'Processed' });
    const body = /<TemplateBody>([\s\S]*)<\/TemplateBody>/.exec(answer)?.[1] ?? '';
    return JSON.parse(unescaped(body)) as CompiledTemplate;
  }

  async #call(action: string, parameters: Record<string, string>): Promise<string> {
    const form = new URLSearchParams({ Action: action, Version: VERSION, StackName: this.#name, ...parameters });
    const response = await this.#fetch('cloudformation', this.#endpoint, form);
    const text = await response.text();
    if (response.ok) return text;
    const message = /<Message>([\s\S]*?)<\/Message>/.exec(text)?.[1];
    throw new Error(`CloudFormation ${action}: ${message === undefined ? response.status : unescaped(message)}`);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal: string, hex: string, name: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return hex === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex, 16));
  });
}
