import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readVotersOffer, type RegistrarConfig, settings } from './config.ts';

const addresses = z.object({
  SUFFRAGE_OIDC_ISSUER: settings.SUFFRAGE_OIDC_ISSUER,
  SUFFRAGE_VOTER_OIDC_ISSUER: settings.SUFFRAGE_VOTER_OIDC_ISSUER,
  SUFFRAGE_CAPTCHA_URL: settings.SUFFRAGE_CAPTCHA_URL,
});

test.each(Object.keys(addresses.shape))('%s is asked over TLS, or on this machine', name => {
  const accepts = (address: string) => addresses.safeParse({ [name]: address }).success;
  for (const address of ['https://id.example', 'http://127.0.0.1:9000', 'http://localhost:9000'])
    expect([address, accepts(address)]).toEqual([address, true]);
  for (const address of ['http://id.example', 'http://localhost.id.example', 'ftp://id.example'])
    expect([address, accepts(address)]).toEqual([address, false]);
});

test('where voters sign in is told whole, or not at all', () => {
  const offer = (set: Pick<RegistrarConfig, 'SUFFRAGE_VOTER_OIDC_ISSUER' | 'SUFFRAGE_VOTER_OIDC_AUDIENCE'>) =>
    readVotersOffer(set);
  const issuer = 'https://id.example';
  expect(offer({})).toBeUndefined();
  expect(offer({ SUFFRAGE_VOTER_OIDC_ISSUER: issuer, SUFFRAGE_VOTER_OIDC_AUDIENCE: 'page' })).toEqual({
    issuer,
    clientId: 'page',
  });
  expect(() => offer({ SUFFRAGE_VOTER_OIDC_ISSUER: issuer })).toThrow('SUFFRAGE_VOTER_OIDC_AUDIENCE');
});
