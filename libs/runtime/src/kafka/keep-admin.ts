import type { Admin, Kafka } from 'kafkajs';
import type { Lifecycle } from '../lifecycle.ts';

/**
 * One admin connection, made when it is first needed and again after a failure, since a broken one stays broken.
 * @returns runs `work` with it. @throws what `work` throws, or when Kafka does not answer.
 */
export function keepAdmin(
  kafka: Kafka,
  name: string,
  lifecycle: Lifecycle,
): <T>(work: (admin: Admin) => Promise<T>) => Promise<T> {
  let connected: Promise<Admin> | undefined;
  const connect = async () => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const disconnect = async () => {
    const admin = await connected?.catch(() => undefined);
    connected = undefined;
    await admin?.disconnect().catch(() => undefined);
  };
  lifecycle.onClose(name, disconnect);
  return async work => {
    try {
      return await work(await (connected ??= connect()));
    } catch (error) {
      await disconnect();
      throw error;
    }
  };
}
