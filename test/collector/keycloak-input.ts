/** In the place of keycloak-file.yaml: lines of Keycloak's log come by OTLP, at LINES_ENDPOINT. */
export const KEYCLOAK_INPUT = `
receivers:
  otlp/lines: { protocols: { http: { endpoint: "\${env:LINES_ENDPOINT}" } } }
service:
  pipelines:
    logs/lines: { receivers: [otlp/lines], exporters: [forward/keycloak] }
`;
