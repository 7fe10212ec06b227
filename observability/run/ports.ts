/** Of what `make observe` runs. */
export const PROMETHEUS_PORT = 9095;
export const DASHBOARDS_PORT = 9097;
/** OpenTelemetry's own. */
export const TRACES_PORT = 4318;
