/**
 * Takes the place of `@aws-sdk/credential-provider-node` in the bundles. On Lambda, the credentials of the function's
 * role are in environment variables (AWS: "Using Lambda environment variables", AWS_ACCESS_KEY_ID). The SDK looks there
 * first. Its other sources serve other machines: profiles, SSO, EC2, containers.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
