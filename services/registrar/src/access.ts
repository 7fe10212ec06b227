import { type Role, roles } from './principal.ts';

/** Who may use a route. A principal's own organisation is a condition besides, wherever an election is named. */
export type Access = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** `everybody`: a token is not looked at. `everybody, and more with a token`: without one, what is public. */
  readonly allowed: 'everybody' | 'everybody, and more with a token' | readonly Role[];
  readonly does: string;
};

const MANAGERS: readonly Role[] = ['manager'];
const AUDITORS: readonly Role[] = ['manager', 'auditor'];
const OF_ELECTION = '/v1/elections/:electionId';

/**
 * Every route of the registrar below `/v1/`: what is not here is not served. `docs/reference/access.md` is made from it,
 * and a test asks each manager route in each role of each organisation.
 */
export const access: readonly Access[] = [
  { method: 'GET', path: '/v1/sign-in', allowed: 'everybody', does: 'How to sign in' },
  { method: 'GET', path: '/v1/principal', allowed: roles, does: 'Who I am' },
  {
    method: 'GET',
    path: '/v1/elections',
    allowed: 'everybody, and more with a token',
    does: 'List elections; with a token also the drafts of its organisation',
  },
  {
    method: 'GET',
    path: OF_ELECTION,
    allowed: 'everybody, and more with a token',
    does: 'One election; with a token also a draft of its organisation',
  },
  { method: 'POST', path: '/v1/elections', allowed: MANAGERS, does: 'Create a draft' },
  { method: 'PUT', path: OF_ELECTION, allowed: MANAGERS, does: 'Replace a draft' },
  { method: 'DELETE', path: OF_ELECTION, allowed: MANAGERS, does: 'Delete a draft' },
  { method: 'POST', path: `${OF_ELECTION}/duplicate`, allowed: MANAGERS, does: 'Make a draft of it' },
  { method: 'POST', path: `${OF_ELECTION}/publish`, allowed: MANAGERS, does: 'Schedule a draft' },
  { method: 'POST', path: `${OF_ELECTION}/open`, allowed: MANAGERS, does: 'Open a draft now' },
  { method: 'POST', path: `${OF_ELECTION}/close`, allowed: MANAGERS, does: 'Extend, or stop with a reason' },
  { method: 'POST', path: `${OF_ELECTION}/annul`, allowed: MANAGERS, does: 'Annul with a reason' },
  { method: 'POST', path: `${OF_ELECTION}/seal`, allowed: MANAGERS, does: 'Seal a closed election' },
  { method: 'GET', path: `${OF_ELECTION}/roll`, allowed: MANAGERS, does: 'How many voters are on the roll' },
  {
    method: 'PUT',
    path: `${OF_ELECTION}/roll`,
    allowed: MANAGERS,
    does: 'Make the roll what a CSV file says',
  },
  { method: 'POST', path: `${OF_ELECTION}/roll`, allowed: MANAGERS, does: 'Add voters to the roll' },
  { method: 'POST', path: `${OF_ELECTION}/codes`, allowed: MANAGERS, does: 'Make codes, shown once' },
  {
    method: 'POST',
    path: `${OF_ELECTION}/codes/again`,
    allowed: MANAGERS,
    does: 'Give a voter another code',
  },
  {
    method: 'POST',
    path: `${OF_ELECTION}/keys/rotate`,
    allowed: MANAGERS,
    does: 'Make new keys for a draft',
  },
  { method: 'POST', path: `${OF_ELECTION}/erase`, allowed: MANAGERS, does: 'Destroy what is kept of voters' },
  { method: 'GET', path: `${OF_ELECTION}/actions`, allowed: AUDITORS, does: 'What managers have done' },
  {
    method: 'GET',
    path: `${OF_ELECTION}/actions/head`,
    allowed: 'everybody, and more with a token',
    does: 'Number and last hash of the actions; of a draft only with a token',
  },
  { method: 'GET', path: `${OF_ELECTION}/turnout`, allowed: roles, does: 'Tokens given, delayed' },
  { method: 'GET', path: `${OF_ELECTION}/issued`, allowed: 'everybody', does: 'Tokens given, signed' },
  {
    method: 'POST',
    path: `${OF_ELECTION}/sessions`,
    allowed: 'everybody',
    does: 'Open a session to vote in',
  },
  {
    method: 'POST',
    path: `${OF_ELECTION}/tokens`,
    allowed: 'everybody',
    does: 'Get a token for a vote: voters prove themselves in other ways',
  },
];

/** `undefined` for a route that is not in the table. */
export function accessTo(method: string, path: string): Access | undefined {
  // Whoever may read something may also ask for its headers only.
  const asked = method === 'HEAD' ? 'GET' : method;
  return access.find(route => route.method === asked && route.path === path);
}
