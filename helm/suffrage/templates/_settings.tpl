{{/* Settings of each service as its own schema has them: a map of strings. Arguments: (list $ "ingestion"). */}}
{{- define "suffrage.settings" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- $ports := index (include "suffrage.ports" $ | fromYaml) $component -}}
{{- $settings := dict
  "SUFFRAGE_ENVIRONMENT" $.Values.environment
  "SUFFRAGE_LOG_LEVEL" $.Values.logLevel
  "SUFFRAGE_HOST" "0.0.0.0"
  "SUFFRAGE_METRICS_PORT" (toString $ports.metrics)
-}}
{{- with $ports.http }}{{ $_ := set $settings "SUFFRAGE_HTTP_PORT" (toString .) }}{{ end -}}
{{- with $ports.grpc }}{{ $_ := set $settings "SUFFRAGE_GRPC_PORT" (toString .) }}{{ end -}}
{{- if and $.Values.installation (ne $component "web") }}{{ $_ := set $settings "SUFFRAGE_NAMESPACE" $.Values.installation }}{{ end -}}
{{- $own := include (printf "suffrage.settings.%s" $component) $ | fromYaml -}}
{{- $files := dict -}}
{{- range $name, $file := include "suffrage.secretFiles" . | fromYaml }}
{{- $_ := set $files $name (printf "/etc/suffrage/secrets/%s" $file) }}
{{- end -}}
{{- $tls := include "suffrage.tlsSettings" . | fromYaml -}}
{{- $given := dict -}}
{{- range $name, $value := (index $.Values $component).settings }}
{{- $_ := set $given $name (include "suffrage.plain" $value) }}
{{- end -}}
{{- $settings = merge $given $tls $files $own $settings -}}
{{- with $.Values.telemetry.otlpEndpoint }}
{{- if ne $component "web" }}{{ $_ := set $settings "OTEL_EXPORTER_OTLP_ENDPOINT" . }}{{ end }}
{{- end -}}
{{- if include "suffrage.awsRegion" . }}{{ $_ := set $settings "AWS_REGION" (include "suffrage.awsRegion" .) }}{{ end -}}
{{ toYaml $settings }}
{{- end }}

{{/* Non-empty where a component talks to AWS: (list $ "ingestion"). */}}
{{- define "suffrage.awsRegion" -}}
{{- $ := index . 0 -}}
{{- $signs := and (eq $.Values.kafka.sasl.mechanism "aws-msk-iam") (has "kafka" (index (include "suffrage.servers" $ | fromYaml) (index . 1))) -}}
{{- if or $signs (and (eq (index . 1) "registrar") $.Values.registrar.kmsKeyId) }}{{ $.Values.aws.region }}{{ end }}
{{- end }}

{{/* A number as it was written: Helm reads 10000000 as 1e+07. */}}
{{- define "suffrage.plain" -}}
{{- if kindIs "float64" . }}{{ if eq (floor .) . }}{{ . | int64 }}{{ else }}{{ . }}{{ end }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{- define "suffrage.settings.ingestion" -}}
SUFFRAGE_KAFKA_BROKERS: {{ .Values.kafka.brokers | quote }}
{{- if .Values.ingestion.localQueue.enabled }}
SUFFRAGE_LOCAL_QUEUE_DIRECTORY: /var/lib/suffrage/queue/votes
SUFFRAGE_LOCAL_QUEUE_BYTES: {{ include "suffrage.plain" .Values.ingestion.localQueue.bytes | quote }}
{{- end }}
{{- end }}

{{- define "suffrage.settings.processor" -}}
SUFFRAGE_KAFKA_BROKERS: {{ .Values.kafka.brokers | quote }}
SUFFRAGE_CONCURRENT_PARTITIONS: {{ .Values.processor.concurrentPartitions | quote }}
{{- end }}

{{- define "suffrage.settings.aggregator" -}}
SUFFRAGE_KAFKA_BROKERS: {{ .Values.kafka.brokers | quote }}
SUFFRAGE_REGISTRAR_URL: {{ printf "%s://%s:8082" (include "suffrage.scheme" .) (include "suffrage.componentName" (list . "registrar")) }}
SUFFRAGE_INGESTION_METRICS_URLS: {{ printf "http://%s-metrics:9464/metrics" (include "suffrage.componentName" (list . "ingestion")) }}
{{- end }}

{{- define "suffrage.settings.registrar" -}}
SUFFRAGE_KAFKA_BROKERS: {{ .Values.kafka.brokers | quote }}
SUFFRAGE_ISSUER_NAME: {{ .Values.registrar.issuerName }}
SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE: /etc/suffrage/public-keys/receipt-public-keys.pem
{{- if or .Values.publicKeys.configMap .Values.publicKeys.results }}
SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE: /etc/suffrage/public-keys/results-public-keys.pem
{{- end }}
{{- with .Values.registrar.kmsKeyId }}
SUFFRAGE_KMS_KEY_ID: {{ . }}
{{- end }}
{{- include "suffrage.trustedProxies" (list . "registrar") }}
{{- end }}

{{- define "suffrage.settings.web" -}}
{{- $scheme := include "suffrage.scheme" . -}}
SUFFRAGE_INGESTION_URL: {{ printf "%s://%s:8080" $scheme (include "suffrage.componentName" (list . "ingestion")) }}
SUFFRAGE_RESULTS_URL: {{ printf "%s://%s:8081" $scheme (include "suffrage.componentName" (list . "aggregator")) }}
SUFFRAGE_REGISTRAR_URL: {{ printf "%s://%s:8082" $scheme (include "suffrage.componentName" (list . "registrar")) }}
{{- include "suffrage.trustedProxies" (list . "web") }}
{{- end }}

{{/* Whom a component believes when they tell whom they serve: balancers, what stands before them, and for the registrar the page's pods. */}}
{{- define "suffrage.trustedProxies" -}}
{{- $v := (index . 0).Values -}}
{{- $pods := eq (index . 1) "registrar" -}}
{{- $ranges := $v.edge.proxies -}}
{{- range $v.network.edge }}
{{- if .ipBlock }}{{ $ranges = append $ranges .ipBlock.cidr }}{{ else }}{{ $pods = true }}{{ end }}
{{- end }}
{{- with uniq (concat $ranges (ternary $v.network.pods list $pods)) }}
SUFFRAGE_TRUSTED_PROXIES: {{ join "," . | quote }}
{{- end }}
{{- end }}

{{/* Which secret files a component gets, by setting: nobody gets what it does not use. */}}
{{- define "suffrage.secretFiles" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- $wanted := dict -}}
{{- if eq $component "ingestion" }}{{ $wanted = dict "SUFFRAGE_RECEIPT_KEY_FILE" "receiptKey" }}
{{- else if eq $component "processor" }}{{ $wanted = dict "SUFFRAGE_VOTES_DATABASES_FILE" "votesDatabases" "SUFFRAGE_REDIS_URL_FILE" "redisUrl" }}
{{- else if eq $component "aggregator" }}{{ $wanted = dict "SUFFRAGE_VOTES_DATABASES_FILE" "votesDatabases" "SUFFRAGE_VOTES_REPLICAS_FILE" "votesReplicas" "SUFFRAGE_REDIS_URL_FILE" "redisUrl" "SUFFRAGE_RESULTS_KEY_FILE" "resultsKey" }}
{{- else if eq $component "registrar" }}{{ $wanted = dict "SUFFRAGE_REGISTRAR_DATABASE_FILE" "registrarDatabase" "SUFFRAGE_MANAGER_TOKENS_FILE" "managerTokens" "SUFFRAGE_CODE_KEY_FILE" "codeKey" "SUFFRAGE_ELECTION_KEYS_SECRET_FILE" "electionKeysSecret" "SUFFRAGE_LIMITS_REDIS_URL_FILE" "limitsRedisUrl" "SUFFRAGE_CAPTCHA_SECRET_FILE" "captchaSecret" }}
{{- else if eq $component "audit" }}{{ $wanted = dict "--databases-file" "votesDatabases" "--key" "auditorKey" "--actions-token-file" "auditorToken" }}
{{- else if eq $component "migrate-votes" }}{{ $wanted = dict "SUFFRAGE_VOTES_DATABASES_FILE" (ternary "votesDatabasesOwner" "votesDatabases" (ne $.Values.secrets.votesDatabasesOwner.secret "")) }}
{{- else if eq $component "migrate-registrar" }}{{ $wanted = dict "SUFFRAGE_REGISTRAR_DATABASE_FILE" (ternary "registrarDatabaseOwner" "registrarDatabase" (ne $.Values.secrets.registrarDatabaseOwner.secret "")) }}
{{- end -}}
{{- range $setting, $name := $wanted }}
{{- if (index $.Values.secrets $name).secret }}
{{ $setting }}: {{ $name }}
{{- end }}
{{- end }}
{{- if and (has $component (list "ingestion" "processor" "aggregator" "registrar" "audit" "migrate-log")) (has $.Values.kafka.sasl.mechanism (list "scram-sha-512" "oauthbearer")) }}
SUFFRAGE_KAFKA_PASSWORD_FILE: {{ ternary "registrarKafkaPassword" "kafkaPassword" (eq $component "registrar") }}
{{- end }}
{{- end }}
