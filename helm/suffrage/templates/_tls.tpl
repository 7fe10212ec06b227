{{/* What a component talks to, beside the other services. */}}
{{- define "suffrage.servers" -}}
ingestion: [kafka]
processor: [kafka, votesDatabase, redis]
aggregator: [kafka, votesDatabase, redis]
registrar: [kafka, registrarDatabase, redis]
web: []
audit: [kafka, votesDatabase]
migrate-log: [kafka]
migrate-votes: [votesDatabase]
migrate-registrar: [registrarDatabase]
{{- end }}

{{/* Settings of certificates: (list $ "ingestion"). */}}
{{- define "suffrage.tlsSettings" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- $own := "/etc/suffrage/tls" -}}
{{- $groups := dict "kafka" "KAFKA" "votesDatabase" "DATABASE" "registrarDatabase" "DATABASE" "redis" "REDIS" -}}
{{- range $server := index (include "suffrage.servers" $ | fromYaml) $component }}
{{- $tls := (index $.Values $server).tls }}
{{- if $tls.enabled }}
SUFFRAGE_{{ index $groups $server }}_CA_FILE: {{ ternary (printf "/etc/suffrage/authorities/%s.crt" $server) (printf "%s/ca.crt" $own) (ne $tls.ca.secret "") }}
{{- if $tls.clientCertificate }}
SUFFRAGE_{{ index $groups $server }}_CERTIFICATE_FILE: {{ $own }}/tls.crt
SUFFRAGE_{{ index $groups $server }}_KEY_FILE: {{ $own }}/tls.key
{{- end }}
{{- end }}
{{- if and (eq $server "kafka") $.Values.kafka.sasl.mechanism }}
SUFFRAGE_KAFKA_SASL: {{ $.Values.kafka.sasl.mechanism }}
{{- with ternary $.Values.kafka.sasl.registrarUsername $.Values.kafka.sasl.username (eq $component "registrar") }}
SUFFRAGE_KAFKA_USERNAME: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- $mode := $.Values.tls.services }}
{{- if ne $mode "none" }}
{{- if has $component (list "ingestion" "aggregator" "registrar" "web") }}
SUFFRAGE_TLS_CERTIFICATE_FILE: {{ $own }}/tls.crt
SUFFRAGE_TLS_KEY_FILE: {{ $own }}/tls.key
{{- /* The page is for everybody: its callers have no certificates of ours. */}}
{{- if and (eq $mode "mutual") (ne $component "web") }}
SUFFRAGE_TLS_CLIENT_CA_FILE: {{ $own }}/ca.crt
{{- end }}
{{- end }}
{{- if has $component (list "aggregator" "web" "audit") }}
SUFFRAGE_PEER_CA_FILE: {{ $own }}/ca.crt
{{- if eq $mode "mutual" }}
SUFFRAGE_PEER_CERTIFICATE_FILE: {{ $own }}/tls.crt
SUFFRAGE_PEER_KEY_FILE: {{ $own }}/tls.key
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Non-empty where a component needs a certificate of its own. */}}
{{- define "suffrage.needsCertificate" -}}
{{- if contains "/etc/suffrage/tls/" (include "suffrage.tlsSettings" .) }}yes{{ end }}
{{- end }}

{{/*
The sources of one projected volume with all secret files of a component; the names in it are those of `secrets`. Migrations
run before anything else is there: where External Secrets fetches them, they have Secrets of their own.
*/}}
{{- define "suffrage.secretSources" -}}
{{- $ := index . 0 -}}
{{- $component := . -}}
{{- range $setting, $name := include "suffrage.secretFiles" . | fromYaml }}
{{- $from := index $.Values.secrets $name }}
- secret:
    name: {{ ternary (include "suffrage.componentName" $component) $from.secret (and $.Values.externalSecrets.enabled (hasPrefix "migrate-" (index $component 1))) }}
    items: [{ key: {{ $from.key | quote }}, path: {{ $name }} }]
{{- end }}
{{- end }}

{{- define "suffrage.volumes" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- with include "suffrage.secretSources" . }}
- name: secrets
  projected:
    defaultMode: 0440
    sources: {{- . | nindent 6 }}
{{- end }}
{{- if include "suffrage.needsCertificate" . }}
- name: tls
  secret:
    secretName: {{ include "suffrage.componentName" . }}-tls
    defaultMode: 0440
{{- end }}
{{- with include "suffrage.authoritySources" . }}
- name: authorities
  projected:
    defaultMode: 0440
    sources: {{- . | nindent 6 }}
{{- end }}
{{- if eq $component "registrar" }}
- name: public-keys
  configMap:
    name: {{ $.Values.publicKeys.configMap | default (include "suffrage.publicKeysName" $) }}
{{- end }}
{{- end }}

{{- define "suffrage.authoritySources" -}}
{{- $ := index . 0 -}}
{{- range $server := index (include "suffrage.servers" $ | fromYaml) (index . 1) }}
{{- with (index $.Values $server).tls }}
{{- if and .enabled .ca.secret }}
- secret:
    name: {{ .ca.secret }}
    items: [{ key: {{ .ca.key | quote }}, path: {{ $server }}.crt }]
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "suffrage.volumeMounts" -}}
{{- $ := index . 0 -}}
{{- if include "suffrage.secretSources" . }}
- { name: secrets, mountPath: /etc/suffrage/secrets, readOnly: true }
{{- end }}
{{- if include "suffrage.needsCertificate" . }}
- { name: tls, mountPath: /etc/suffrage/tls, readOnly: true }
{{- end }}
{{- if include "suffrage.authoritySources" . }}
- { name: authorities, mountPath: /etc/suffrage/authorities, readOnly: true }
{{- end }}
{{- if eq (index . 1) "registrar" }}
- { name: public-keys, mountPath: /etc/suffrage/public-keys, readOnly: true }
{{- end }}
{{- end }}
