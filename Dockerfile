# The images of the suite, a target for each. Their contents are made by `make bundle` into out/images, which is the context:
#
#   make images                 all of them, tagged by commit
#   docker build -f Dockerfile --target ingestion out/images
#
# BASE needs Node 24 on the path below, and nothing else; without a shell is best.
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BASE} AS base
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Suffrage" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
USER 65532:65532
WORKDIR /app
# kafkajs asks for timers in the past; Node 24 warns about each. Where little happens for some seconds V8 gives memory back, the code
# that it has compiled with it, and makes room for what is new a hundredth as large: for a while votes cost up to twice as much.
# A pod's memory is its own, busy or not. (MiB; the heap's own limit stays.)
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "--no-memory-reducer", "--min-semi-space-size=16", "/app/main.js"]
STOPSIGNAL SIGTERM

FROM base AS service
ENV SUFFRAGE_HOST=0.0.0.0
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/healthy.js"]

FROM service AS ingestion
LABEL org.opencontainers.image.title="suffrage-ingestion" \
      org.opencontainers.image.description="Takes votes, appends them to the log, answers with signed receipts"
ENV SUFFRAGE_METRICS_PORT=9464
EXPOSE 8080 9090 9464
COPY --chown=65532:65532 directories/var/lib/suffrage /var/lib/suffrage
COPY ingestion /app

FROM service AS processor
LABEL org.opencontainers.image.title="suffrage-processor" \
      org.opencontainers.image.description="Counts the votes of the log, each once"
ENV SUFFRAGE_METRICS_PORT=9467
EXPOSE 9467
COPY processor /app

FROM service AS aggregator
LABEL org.opencontainers.image.title="suffrage-aggregator" \
      org.opencontainers.image.description="Publishes live and official results"
ENV SUFFRAGE_METRICS_PORT=9465
EXPOSE 8081 9091 9465
COPY aggregator /app

FROM service AS registrar
LABEL org.opencontainers.image.title="suffrage-registrar" \
      org.opencontainers.image.description="Keeps elections and rolls, gives voters their tokens"
ENV SUFFRAGE_METRICS_PORT=9466
EXPOSE 8082 9466
COPY registrar /app

FROM service AS web
LABEL org.opencontainers.image.title="suffrage-web" \
      org.opencontainers.image.description="The page: vote, watch, manage"
ENV SUFFRAGE_METRICS_PORT=9468
EXPOSE 8088 9468
COPY web /app

FROM base AS tools
LABEL org.opencontainers.image.title="suffrage-tools" \
      org.opencontainers.image.description="Migrations, audit, exports and more: give a command, or --help"
EXPOSE 9469
COPY --chown=65532:65532 directories/secrets /secrets
COPY tools /app
