import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createKeyVault, localWrappingKey, readLocalKey, type WrappingKey } from './key-vault.ts';

const secret = () => readLocalKey(randomBytes(32).toString('base64'));

test('a sealed key opens for its own election only, and not when a bit of it or of its data key has changed', async () => {
  const vault = createKeyVault([localWrappingKey(secret())]);
  const { dataKey, seal } = await vault.create('a');
  const sealed = seal(Buffer.from('key'));
  const open = await vault.unlock('a', dataKey);
  expect(open(sealed).toString()).toBe('key');
  await expect(vault.unlock('b', dataKey)).rejects.toThrow();
  expect(() => open(Buffer.from(sealed).fill(0, 30, 31))).toThrow();
  for (const place of dataKey.keys()) {
    const changed = Buffer.from(dataKey);
    changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
    await expect(vault.unlock('a', changed)).rejects.toThrow();
  }
  const other = await vault.create('a');
  expect(() => open(other.seal(Buffer.from('key')))).toThrow();
  await expect(createKeyVault([localWrappingKey(secret())]).unlock('a', dataKey)).rejects.toThrow();
  expect(() => readLocalKey('short')).toThrow('32 bytes');
  expect(() => createKeyVault([])).toThrow('a local key file or a KMS key');
});

test('what was sealed under the local key itself, before there were data keys, still opens', async () => {
  const key = secret();
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from('old'));
  const encrypted = Buffer.concat([cipher.update('key'), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
  const open = await createKeyVault([localWrappingKey(key)], key).unlock('old', undefined);
  expect(open(sealed).toString()).toBe('key');
  await expect(createKeyVault([localWrappingKey(key)]).unlock('old', undefined)).rejects.toThrow('local key');
});

test('an installation that moves to another kind of key reads what the old one has wrapped, and rewraps it', async () => {
  const local = localWrappingKey(secret());
  const kms: WrappingKey = { ...localWrappingKey(secret()), kind: 'kms' };
  const { dataKey, seal } = await createKeyVault([local]).create('a');
  const sealed = seal(Buffer.from('key'));
  const both = createKeyVault([kms, local]);
  const moved = await both.rewrap('a', dataKey);
  for (const key of [dataKey, moved]) expect((await both.unlock('a', key))(sealed).toString()).toBe('key');
  const alone = createKeyVault([kms]);
  expect((await alone.unlock('a', moved))(sealed).toString()).toBe('key');
  await expect(alone.unlock('a', dataKey)).rejects.toThrow('not set');
});
