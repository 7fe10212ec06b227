import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Gauge } from 'prom-client';

/**
 * Until when the certificate in a file is valid, in seconds from now; negative when it has expired. Read anew each time, because
 * certificates are replaced while the service runs. A file that can't be read, or is half written, has no value.
 */
export function certificateGauge(file: string): Gauge {
  // No labels.
  return new Gauge({
    name: 'suffrage_certificate_not_after_seconds',
    help: 'Seconds until the certificate that this process serves expires; negative when it has expired.',
    registers: [],
    async collect() {
      this.remove();
      const notAfter = await readFile(file)
        .then(notAfterOf)
        .catch(() => undefined);
      if (notAfter) this.set((notAfter.getTime() - Date.now()) / 1000);
    },
  });
}

function notAfterOf(pem: Buffer): Date {
  return new X509Certificate(pem).validToDate;
}
