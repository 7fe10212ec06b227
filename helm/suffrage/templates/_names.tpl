{{- define "suffrage.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "suffrage.fullname" -}}
{{- $name := include "suffrage.name" . -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride }}
{{- else if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The component's objects: (list $ "ingestion") */}}
{{- define "suffrage.componentName" -}}
{{ include "suffrage.fullname" (index . 0) }}-{{ index . 1 }}
{{- end }}

{{/* What never changes while it is installed: (list $ "ingestion") */}}
{{- define "suffrage.selector" -}}
app.kubernetes.io/name: {{ include "suffrage.name" (index . 0) }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "suffrage.labels" -}}
{{ include "suffrage.selector" . }}
app.kubernetes.io/part-of: suffrage
app.kubernetes.io/version: {{ include "suffrage.tag" (index . 0) | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{- define "suffrage.tag" -}}
{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* (list $ "ingestion") or, with a tag of its own, (list $ "processor" "1.2.3") */}}
{{- define "suffrage.image" -}}
{{- $ := index . 0 -}}
{{- $name := index . 1 -}}
{{- $tag := include "suffrage.tag" $ -}}
{{- $own := "" -}}
{{- if gt (len .) 2 }}{{ $own = index . 2 }}{{ end -}}
{{- $digest := index $.Values.image.digests $name -}}
{{- if $own }}{{ $.Values.image.registry }}/{{ $name }}:{{ $own }}
{{- else if $digest }}{{ $.Values.image.registry }}/{{ $name }}@{{ $digest }}
{{- else }}{{ $.Values.image.registry }}/{{ $name }}:{{ $tag }}
{{- end }}
{{- end }}

{{/* The ports of each service, as in its own settings. */}}
{{- define "suffrage.ports" -}}
ingestion: { http: 8080, grpc: 9090, metrics: 9464 }
processor: { metrics: 9467 }
aggregator: { http: 8081, grpc: 9091, metrics: 9465 }
registrar: { http: 8082, metrics: 9466 }
web: { http: 8088, metrics: 9468 }
audit: { metrics: 9469 }
{{- end }}

{{/* Topic `votes` of this installation. */}}
{{- define "suffrage.votesTopic" -}}
{{ if .Values.installation }}{{ .Values.installation }}.{{ end }}votes
{{- end }}

{{/* http or https between the services. */}}
{{- define "suffrage.scheme" -}}
{{ ternary "http" "https" (eq .Values.tls.services "none") }}
{{- end }}

{{- define "suffrage.migrationHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
