/** Fields of logins and orders that say who somebody is (docs/schemas.md), in each spelling that a client may use. */
const PERSONAL = new Set(['userid', 'user', 'ip', 'ipaddress', 'deviceid', 'email', 'phone', 'name']);

/** Whether a field or a header of this name is personal: people see it only where they ask to reveal it. */
export function isPersonalName(name: string): boolean {
  return PERSONAL.has(name.toLowerCase().replaceAll(/[_\-. ]/g, ''));
}
