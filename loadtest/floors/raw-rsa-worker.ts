import { constants, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const message = randomBytes(256).fill(0, 0, 1);

/** So many raw private operations of RSA-2048, and nothing else: the least that so many blind signatures need. */
export function signRaw(operations: number): void {
  for (let done = 0; done < operations; done += 1)
    privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, message);
}
