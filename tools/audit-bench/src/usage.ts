import { writeFileSync } from 'node:fs';

// Loaded before the audit: writes what its process, threads included, has used.
const file = process.env.AUDIT_BENCH_USAGE;
if (file !== undefined) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ peakKiB: maxRSS, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
  });
}
