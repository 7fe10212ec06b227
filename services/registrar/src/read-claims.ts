import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Principal, type Role, roles } from './principal.ts';

/**
 * Where roles and organisation are in a token. A name is looked for as it is (`https://example.org/roles`), then as a
 * path of members (`realm_access.roles`).
 */
export type ClaimNames = { readonly roles: string; readonly organisation: string };

const MAX_SUBJECT = 255;
const MAX_ORGANISATION = 200;
const texts = z.union([z.array(z.string()), z.string().transform(text => text.split(' '))]);
const organisationText = z
  .string()
  .min(1)
  .max(MAX_ORGANISATION)
  .regex(/^[^\p{Cc}]*$/u);
const organisationClaim = z.union([
  organisationText,
  z.tuple([organisationText]).transform(([only]) => only),
]);

/**
 * Roles that are not ours are passed over. `undefined` without a subject, or without exactly one organisation: whoever
 * belongs to several signs in for one of them.
 */
export function readClaims(claims: JWTPayload, names: ClaimNames): Principal | undefined {
  const organisation = organisationClaim.safeParse(claimOf(claims, names.organisation));
  const { sub } = claims;
  if (!organisation.success || sub === undefined || sub === '' || sub.length > MAX_SUBJECT) return undefined;
  const given = texts.safeParse(claimOf(claims, names.roles)).data ?? [];
  return {
    ok: true,
    subject: `sign-in:${sub}`,
    organisation: organisation.data,
    roles: roles.filter((role: Role) => given.includes(role)),
  };
}

const object = z.record(z.string(), z.unknown());

function claimOf(claims: JWTPayload, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const member of name.split('.')) {
    const members = object.safeParse(value).data;
    if (!members || !Object.hasOwn(members, member)) return undefined;
    value = members[member];
  }
  return value;
}
