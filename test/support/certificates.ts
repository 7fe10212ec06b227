import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM. */
export type Issued = { readonly certificate: string; readonly key: string };

/** A certificate authority for tests. */
export type Authority = {
  /** Its certificate, PEM. */
  readonly pem: string;
  /** A certificate for servers and clients, for `localhost` and 127.0.0.1 unless other names are given. */
  issue(name: string, options?: Partial<Limits & Names>): Promise<Issued>;
};

type Limits = { readonly notBefore: Date; readonly notAfter: Date };
type Names = { readonly dns: readonly string[]; readonly addresses: readonly string[] };

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MILLIS = 86_400_000;

const newKeys = () => crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
const serialNumber = () => `01${randomBytes(15).toString('hex')}`;

function validity({ notBefore, notAfter }: Partial<Limits>): Limits {
  return {
    notBefore: notBefore ?? new Date(Date.now() - DAY_MILLIS),
    notAfter: notAfter ?? new Date(Date.now() + DAY_MILLIS),
  };
}

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    ...validity({}),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    pem: `${certificate.toString('pem')}\n`,
    issue: async (subject, { dns = ['localhost'], addresses = ['127.0.0.1'], ...limits } = {}) => {
      const own = await newKeys();
      const issued = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${subject}`,
        issuer: certificate.subject,
        ...validity(limits),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ECDSA,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension([
            ...dns.map(value => ({ type: 'dns' as const, value })),
            ...addresses.map(value => ({ type: 'ip' as const, value })),
          ]),
          await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        certificate: `${issued.toString('pem')}\n`,
        key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
      };
    },
  };
}
