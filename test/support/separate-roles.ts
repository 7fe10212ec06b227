import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { Pool } from 'pg';
import { openTestPool } from './test-pool.ts';

const FILES = join(import.meta.dirname, '../../deploy/database-roles');
const PASSWORD = 'password';

/** Owner and service of a database, made by an administrator like Aurora's, who is no superuser, with the files that operators take. */
export async function separateRoles(
  superuserUrl: string,
  lifecycle: Lifecycle,
): Promise<{ readonly owner: string; readonly service: string }> {
  const database = new URL(superuserUrl).pathname.slice(1);
  const administrator = `${database}_administrator`;
  const owner = `${database}_owner`;
  const service = `${database}_service`;
  const superuser = openTestPool(superuserUrl, lifecycle);
  await superuser.query(`create role ${administrator} login createrole password '${PASSWORD}'`);
  await superuser.query(`alter database ${database} owner to ${administrator}`);
  lifecycle.onClose(`roles of ${database}`, async () => {
    await superuser.query(`reassign owned by ${administrator}, ${owner} to current_user`);
    for (const role of [service, owner, administrator])
      await superuser.query(`drop owned by ${role}; drop role ${role}`);
  });
  const as = (role: string) => {
    const url = new URL(superuserUrl);
    [url.username, url.password] = [role, PASSWORD];
    return url.href;
  };
  const admin = new Pool({ connectionString: as(administrator), max: 1 });
  for (const file of ['owner.sql', 'service.sql'])
    await admin.query(
      readFileSync(join(FILES, file), 'utf8')
        .replaceAll(":'password'", `'${PASSWORD}'`)
        .replaceAll(':owner', owner)
        .replaceAll(':service', service),
    );
  await admin.end();
  return { owner: as(owner), service: as(service) };
}
