import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaLogin } from '#msk';
import { writeWhole } from '../files/whole-file.ts';
import type { Java } from '../java/java.ts';
import { runTool } from '../process/tool.ts';
import { ServerError } from '../server.ts';

/** What brokers and clients of a secured run need. All files are in a folder that only their owner may read. */
export interface Security {
  /** A PKCS 12 file with the brokers' key and certificate. */
  readonly keyStore: string;
  readonly keyStorePassword: string;
  /** The brokers' certificate, in PEM. It is its own authority. */
  readonly caFile: string;
  /** The user of everything in the run that isn't a function: generators, report, dashboard, commands, Connect. */
  readonly tools: KafkaLogin & { readonly ca: string };
  /** The file with the login of `tools`. */
  readonly toolsFile: string;
  /** The user of the brokers among themselves. */
  readonly broker: KafkaLogin;
}

/** The common name in the certificate. By it, the controllers know the brokers. */
export const COMMON_NAME = 'msk-pipeline-broker';

/** Days. The certificate is made anew in each start. */
const VALID = 365;

/** A password of 32 characters. */
export const newPassword = (): string => randomBytes(24).toString('base64url');

interface Passwords {
  tools: string;
  broker: string;
  keyStore: string;
}

/**
 * Makes the brokers' certificate with Java's keytool, which every Java has, and the passwords of the first two users.
 * The passwords are those of the run before, if its data was kept: the brokers know no others.
 * @param data the folder of the servers' data
 * @throws ServerError where the data is of a run without passwords
 */
export async function prepareSecurity(data: string, java: Java): Promise<Security> {
  const folder = join(data, 'security');
  const file = join(folder, 'passwords.json');
  if (!existsSync(file) && existsSync(join(data, 'kafka', 'partitions'))) {
    throw new ServerError(`the brokers' data in ${data} has no passwords: omit --secure, or keep the data elsewhere`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const passwords = await keptOrNew(file);
  const keyStore = join(folder, 'brokers.p12');
  const caFile = join(folder, 'ca.pem');
  await makeCertificate({ folder, keyStore, caFile, password: passwords.keyStore }, java);
  const ca = await readFile(caFile, 'utf8');
  const tools = { username: 'tools', password: passwords.tools, ca };
  const toolsFile = join(folder, 'tools.json');
  await writePrivate(toolsFile, tools);
  const broker = { username: 'broker', password: passwords.broker };
  return { keyStore, keyStorePassword: passwords.keyStore, caFile, tools, toolsFile, broker };
}

async function keptOrNew(file: string): Promise<Passwords> {
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Passwords;
  const made = { tools: newPassword(), broker: newPassword(), keyStore: newPassword() };
  await writePrivate(file, made);
  return made;
}

const writePrivate = (file: string, content: object) =>
  writeWhole(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });

interface Certificate {
  folder: string;
  keyStore: string;
  caFile: string;
  password: string;
}

/** The password is in the environment: other users of the machine can see a command line. */
async function makeCertificate({ folder, keyStore, caFile, password }: Certificate, java: Java): Promise<void> {
  await rm(keyStore, { force: true });
  const keytool = (args: readonly string[]) =>
    runTool({
      name: "Making the brokers' certificate",
      command: join(java.home, 'bin', 'keytool'),
      args: [
        '-J-XX:TieredStopAtLevel=1',
        ...args,
        '-alias',
        'broker',
        '-keystore',
        keyStore,
        '-storepass:env',
        'STORE',
      ],
      folder,
      log: join(folder, 'keytool.log'),
      environment: { ...process.env, STORE: password },
    });
  const names = ['-dname', `CN=${COMMON_NAME}`, '-ext', 'SAN=ip:127.0.0.1,dns:localhost'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-storetype', 'PKCS12', '-validity', String(VALID)];
  await keytool(['-genkeypair', ...names, ...key]);
  await chmod(keyStore, 0o600);
  await keytool(['-exportcert', '-rfc', '-file', caFile]);
}
