/** The HEALTHCHECK of an image: exit status 0 when its service says that it is ready. There is no shell or curl in it. */
const response = await fetch(`http://127.0.0.1:${process.env.SUFFRAGE_METRICS_PORT}/health/ready`, {
  signal: AbortSignal.timeout(3_000),
}).catch(() => undefined);
process.exitCode = response?.ok ? 0 : 1;
