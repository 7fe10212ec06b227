import { hash, timingSafeEqual } from 'node:crypto';

/** Tells which manager a bearer token belongs to; `undefined` for none. */
export type FindManager = (authorization: string | undefined) => string | undefined;

const digest = (text: string) => hash('sha256', text, 'buffer');

/**
 * Reads lines of `name token`; empty ones and those that begin with `#` say nothing. Tokens are compared by hash in constant
 * time, all of them each time.
 * @throws Error for any other line: a word of it could become somebody's token.
 */
export function readManagers(lines: string): FindManager {
  const managers = lines
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [name, token, ...more] = line.split(/\s+/);
      if (name === undefined || token === undefined || more.length > 0)
        throw new Error('each line of the file of manager tokens is a name and a token');
      return { name, digest: digest(token) };
    });
  return authorization => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const given = digest(token);
    return managers.filter(manager => timingSafeEqual(manager.digest, given)).at(0)?.name;
  };
}
