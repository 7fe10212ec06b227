{{/*
The arrows of the design. `to`: other components by port, and servers of `network`. `edge`: ports that balancers reach when
their host is named.
*/}}
{{- define "suffrage.arrows" -}}
{{- $kafka := list "kafka" -}}
{{- if eq .Values.kafka.sasl.mechanism "aws-msk-iam" }}{{ $kafka = list "kafka" "awsCredentials" }}{{ end -}}
{{- $traces := ternary (list "collector") list (ne .Values.telemetry.otlpEndpoint "") -}}
{{- $hosts := .Values.edge.hosts -}}
{{- $edge := ne .Values.edge.kind "none" -}}
ingestion:
  servers: {{ concat $kafka $traces | toJson }}
  edge: {{ concat (ternary (list "http") list (and $edge (ne $hosts.votes ""))) (ternary (list "grpc") list (and $edge (ne $hosts.votesGrpc ""))) | toJson }}
processor:
  servers: {{ concat $kafka (list "votesDatabase" "redis") $traces | toJson }}
aggregator:
  servers: {{ concat $kafka (list "votesDatabase" "redis") $traces | toJson }}
  calls: { registrar: http, ingestion: metrics }
  edge: {{ concat (ternary (list "http") list (and $edge (ne $hosts.results ""))) (ternary (list "grpc") list (and $edge (ne $hosts.resultsGrpc ""))) | toJson }}
registrar:
  servers: {{ concat $kafka (list "registrarDatabase") (ternary (list "limitsRedis") list (ne .Values.secrets.limitsRedisUrl.secret "")) (list "registrarOutside") (ternary (list "awsCredentials") list (and (ne .Values.registrar.kmsKeyId "") (not (has "awsCredentials" $kafka)))) $traces | toJson }}
  edge: {{ ternary (list "http") list (and $edge (ne $hosts.registrar "")) | toJson }}
web:
  calls: { ingestion: http, aggregator: http, registrar: http }
  edge: {{ ternary (list "http") list (and $edge (ne $hosts.page "")) | toJson }}
audit:
  servers: {{ concat $kafka (list "votesDatabase") | toJson }}
  calls: { aggregator: http, registrar: http }
migrate-log:
  servers: {{ $kafka | toJson }}
{{- if .Values.ingestion.localQueue.replayClaims }}
replay:
  servers: {{ concat $kafka $traces | toJson }}
{{- end }}
migrate-votes:
  servers: [votesDatabase]
migrate-registrar:
  servers: [registrarDatabase]
{{- if .Values.tests.enabled }}
test:
  {{- if .Values.tests.holdElection }}
  servers: [kafka, votesDatabase]
  {{- end }}
  calls: { ingestion: [http, grpc, metrics], aggregator: [http, grpc], registrar: http, web: http }
{{- end }}
{{- end }}

{{/* (list $ "ingestion" ARROWS ANNOTATIONS) */}}
{{- define "suffrage.networkPolicy" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- $arrows := index . 2 -}}
{{- $ports := include "suffrage.ports" $ | fromYaml -}}
{{- $own := get $ports $component -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "suffrage.componentName" (list $ $component) }}
  labels: {{- include "suffrage.labels" (list $ $component) | nindent 4 }}
  {{- with index . 3 }}
  annotations: {{- . | nindent 4 }}
  {{- end }}
spec:
  podSelector:
    matchLabels: {{- include "suffrage.selector" (list $ $component) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- range $caller, $those := include "suffrage.arrows" $ | fromYaml }}
    {{- with get ($those.calls | default dict) $component }}
    - from: [{ podSelector: { matchLabels: {{ include "suffrage.selector" (list $ $caller) | fromYaml | toJson }} } }]
      ports:
        {{- range $port := kindIs "string" . | ternary (list .) . }}
        - { protocol: TCP, port: {{ get $own $port }} }
        {{- end }}
    {{- end }}
    {{- end }}
    {{- with $arrows.edge }}
    - from: {{ toJson $.Values.network.edge }}
      ports:
        {{- range . }}
        - { protocol: TCP, port: {{ get $own . }} }
        {{- end }}
        {{- if and (eq $.Values.edge.kind "ingress") (eq $.Values.edge.ingress.className "alb") (has "http" .) }}
        # The balancer's own health checks; it asks gRPC doors at the port of their calls.
        - { protocol: TCP, port: {{ $own.metrics }} }
        {{- end }}
    {{- end }}
    {{- if and $own $.Values.monitoring.serviceMonitors }}
    - from: {{ toJson $.Values.network.prometheus }}
      ports: [{ protocol: TCP, port: {{ $own.metrics }} }]
    {{- end }}
  egress:
    {{- with $.Values.network.dns }}
    - to: {{ toJson .peers }}
      ports:
        {{- range .ports }}
        - { protocol: UDP, port: {{ . }} }
        - { protocol: TCP, port: {{ . }} }
        {{- end }}
    {{- end }}
    {{- range $arrows.servers }}
    {{- with index $.Values.network . }}
    {{- if .peers }}
    - to: {{ toJson .peers }}
      ports:
        {{- range .ports }}
        - { protocol: TCP, port: {{ . }} }
        {{- end }}
    {{- end }}
    {{- end }}
    {{- end }}
    {{- range $callee, $called := $arrows.calls }}
    - to: [{ podSelector: { matchLabels: {{ include "suffrage.selector" (list $ $callee) | fromYaml | toJson }} } }]
      ports:
        {{- range $port := kindIs "string" $called | ternary (list $called) $called }}
        - { protocol: TCP, port: {{ get (get $ports $callee) $port }} }
        {{- end }}
    {{- end }}
{{- end }}
