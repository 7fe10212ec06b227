import { hash, timingSafeEqual } from 'node:crypto';

/** Tells which manager a bearer token belongs to; `undefined` for none. */
export type FindManager = (authorization: string | undefined) => string | undefined;

const digest = (text: string) => hash('sha256', text, 'buffer');

/** Reads lines of `name token`. Tokens are compared by hash in constant time, all of them each time. */
export function readManagers(lines: string): FindManager {
  const managers = lines
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .flatMap(([name, token]) =>
      name !== undefined && token !== undefined ? [{ name, digest: digest(token) }] : [],
    );
  return authorization => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const given = digest(token);
    return managers.filter(manager => timingSafeEqual(manager.digest, given)).at(0)?.name;
  };
}
