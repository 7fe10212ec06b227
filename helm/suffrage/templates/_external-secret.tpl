{{/* The registrar's secrets are fetched by a role that can't read the votes', and the other way round. */}}
{{- define "suffrage.secretSide" -}}
{{- ternary "registrar" "votes" (has . (list "registrarDatabase" "registrarDatabaseOwner" "managerTokens" "electionKeysSecret" "codeKey" "limitsRedisUrl" "captchaSecret" "registrarKafkaPassword")) }}
{{- end }}

{{/* (list $ SECRET (list (dict "name" "receiptKey" "from" {…}) …) ANNOTATIONS) */}}
{{- define "suffrage.externalSecret" -}}
{{- $ := index . 0 -}}
{{- $secret := index . 1 -}}
{{- $entries := index . 2 -}}
{{- $sides := dict -}}
{{- range $entries }}{{ $_ := set $sides (include "suffrage.secretSide" .name) true }}{{ end -}}
{{- if gt (len $sides) 1 }}
{{- fail (printf "secrets: %s would hold secrets of the registrar and of the votes' services: give the registrar Secrets of its own" $secret) }}
{{- end -}}
{{- $store := index $.Values.externalSecrets (first (keys $sides)) -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: {{ $secret }}
  labels: {{- include "suffrage.labels" (list $ "secrets") | nindent 4 }}
  {{- with index . 3 }}
  annotations: {{- . | nindent 4 }}
  {{- end }}
spec:
  refreshInterval: {{ $.Values.externalSecrets.refreshInterval }}
  secretStoreRef: { name: {{ $store.name }}, kind: {{ $store.kind }} }
  target: { name: {{ $secret }}, creationPolicy: Owner }
  data:
    {{- range $entries }}
    - secretKey: {{ .from.key }}
      remoteRef: { key: {{ .from.remoteKey | quote }}, property: {{ .from.remoteProperty | quote }} }
    {{- end }}
{{- end }}
