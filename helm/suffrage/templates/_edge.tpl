{{/* What can be reached from outside, by its name in `edge.hosts`. */}}
{{- define "suffrage.doors" -}}
page: { component: web, port: http, streams: true, uploads: true }
votes: { component: ingestion, port: http, streams: false, uploads: false }
votesGrpc: { component: ingestion, port: grpc, streams: true, uploads: true }
results: { component: aggregator, port: http, streams: true, uploads: false }
resultsGrpc: { component: aggregator, port: grpc, streams: true, uploads: false }
registrar: { component: registrar, port: http, streams: false, uploads: true }
{{- end }}

{{- define "suffrage.doorName" -}}
{{ include "suffrage.fullname" (index . 0) }}-{{ index . 1 | kebabcase }}
{{- end }}

{{/* (list $ DOOR PORTS): what the balancer of this class has to know. */}}
{{- define "suffrage.ingressAnnotations" -}}
{{- $ := index . 0 -}}
{{- $door := index . 1 -}}
{{- $encrypted := ne $.Values.tls.services "none" -}}
{{- $grpc := eq $door.port "grpc" -}}
{{- $limit := $.Values.edge.rateLimit -}}
{{- if eq $.Values.edge.ingress.className "nginx" }}
nginx.ingress.kubernetes.io/backend-protocol: {{ ternary (ternary "GRPCS" "GRPC" $encrypted) (ternary "HTTPS" "HTTP" $encrypted) $grpc }}
{{- if $encrypted }}
nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
nginx.ingress.kubernetes.io/proxy-ssl-name: {{ include "suffrage.componentName" (list $ $door.component) }}
nginx.ingress.kubernetes.io/proxy-ssl-secret: {{ $.Release.Namespace }}/{{ include "suffrage.componentName" (list $ "edge") }}-tls
{{- end }}
{{- if $limit.enabled }}
nginx.ingress.kubernetes.io/limit-rps: {{ $limit.requestsPerSecond | quote }}
nginx.ingress.kubernetes.io/limit-connections: {{ $limit.connections | quote }}
{{- end }}
# A vote whose answer is lost may have been taken: only the client sends it again.
nginx.ingress.kubernetes.io/proxy-next-upstream: "off"
{{- if $door.uploads }}
# A roll is one body and so is a stream of votes, however long. They are read as they come, and the services' own limits hold.
nginx.ingress.kubernetes.io/proxy-body-size: "0"
nginx.ingress.kubernetes.io/proxy-request-buffering: "off"
{{- end }}
{{- if $door.streams }}
nginx.ingress.kubernetes.io/proxy-buffering: "off"
{{- end }}
{{- if or $door.streams $door.uploads }}
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
{{- end }}
{{- else }}
alb.ingress.kubernetes.io/scheme: internet-facing
alb.ingress.kubernetes.io/target-type: ip
alb.ingress.kubernetes.io/group.name: {{ include "suffrage.fullname" $ }}
alb.ingress.kubernetes.io/listen-ports: '[{"HTTPS":443}]'
alb.ingress.kubernetes.io/backend-protocol: {{ ternary "HTTPS" "HTTP" $encrypted }}
alb.ingress.kubernetes.io/backend-protocol-version: {{ ternary "GRPC" "HTTP1" $grpc }}
{{- if $grpc }}
# AWS asks gRPC targets in gRPC, and judges by the code of the answer: what it says is not read. Pods that are not ready or
# leave are taken off by the controller.
alb.ingress.kubernetes.io/healthcheck-protocol: {{ ternary "HTTPS" "HTTP" $encrypted }}
alb.ingress.kubernetes.io/healthcheck-port: traffic-port
alb.ingress.kubernetes.io/healthcheck-path: /grpc.health.v1.Health/Check
alb.ingress.kubernetes.io/success-codes: "0"
{{- else }}
alb.ingress.kubernetes.io/healthcheck-protocol: HTTP
alb.ingress.kubernetes.io/healthcheck-port: {{ (index (include "suffrage.ports" $ | fromYaml) $door.component).metrics | quote }}
alb.ingress.kubernetes.io/healthcheck-path: /health/ready
alb.ingress.kubernetes.io/success-codes: "200"
{{- end }}
alb.ingress.kubernetes.io/healthcheck-interval-seconds: "5"
alb.ingress.kubernetes.io/healthcheck-timeout-seconds: "4"
alb.ingress.kubernetes.io/healthy-threshold-count: "2"
# Less than a pod serves on after it was told to stop.
alb.ingress.kubernetes.io/target-group-attributes: deregistration_delay.timeout_seconds=10
# Of the whole group, which is one balancer: streams need it, and the controller refuses a group that names two values.
alb.ingress.kubernetes.io/load-balancer-attributes: idle_timeout.timeout_seconds=3600
{{- if and $limit.enabled $limit.wafAcl }}
alb.ingress.kubernetes.io/wafv2-acl-arn: {{ $limit.wafAcl }}
{{- end }}
{{- end }}
{{- end }}
