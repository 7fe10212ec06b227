{{/* (list $ "follow") or (list $ "once") */}}
{{- define "suffrage.auditPod" -}}
{{- $ := index . 0 -}}
{{- $follow := eq (index . 1) "follow" -}}
{{- $about := list $ "audit" -}}
{{- $audit := $.Values.audit -}}
metadata:
  labels:
    {{- /* Only the one that runs all the time has metrics. */}}
    {{- include "suffrage.labels" $about | nindent 4 }}
  {{- with $audit.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "suffrage.componentName" $about }}
  {{- include "suffrage.podSecurity" $ | nindent 2 }}
  {{- include "suffrage.placement" (list $ "audit" $audit.placement) | nindent 2 }}
  restartPolicy: {{ ternary "Always" "Never" $follow }}
  # An audit that has begun is ended, not begun again.
  terminationGracePeriodSeconds: 120
  containers:
    - name: audit
      image: {{ include "suffrage.image" (list $ "tools") }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      {{- include "suffrage.containerSecurity" $ | nindent 6 }}
      args: {{- include "suffrage.auditArguments" . | nindent 8 }}
      {{- with include "suffrage.auditEnvironment" . | trim }}
      env: {{- . | nindent 8 }}
      {{- end }}
      {{- if $follow }}
      ports:
        - { name: metrics, containerPort: 9469 }
      startupProbe: { tcpSocket: { port: metrics }, periodSeconds: 2, failureThreshold: 60 }
      livenessProbe: { httpGet: { path: /metrics, port: metrics }, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 15 }
      readinessProbe: { httpGet: { path: /metrics, port: metrics }, periodSeconds: 10, timeoutSeconds: 5 }
      {{- end }}
      resources: {{- toYaml $audit.resources | nindent 8 }}
      volumeMounts:
        {{- include "suffrage.volumeMounts" $about | nindent 8 }}
        - { name: scratch, mountPath: /scratch }
        {{- if and (not $follow) $audit.reportsClaim }}
        - { name: reports, mountPath: /reports }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
  volumes:
    {{- include "suffrage.volumes" $about | nindent 4 }}
    - name: scratch
      emptyDir: { sizeLimit: {{ $audit.scratchSize }} }
    {{- if and (not $follow) $audit.reportsClaim }}
    - name: reports
      persistentVolumeClaim: { claimName: {{ $audit.reportsClaim }} }
    {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
{{- end }}

{{- define "suffrage.auditEnvironment" -}}
{{- $ := index . 0 -}}
{{ include "suffrage.environment" (list $ "audit") }}
{{- if and (ne (index . 1) "follow") $.Values.audit.reportsClaim }}
# Each report is kept under the name of its Job.
- { name: JOB, valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } }
{{- end }}
{{- end }}

{{/* The audit takes its settings as arguments, and certificates from variables as the services do. */}}
{{- define "suffrage.auditArguments" -}}
{{- $ := index . 0 -}}
{{- $follow := eq (index . 1) "follow" -}}
{{- $registrar := printf "%s://%s:8082" (include "suffrage.scheme" $) (include "suffrage.componentName" (list $ "registrar")) -}}
{{- $aggregator := printf "%s://%s:8081" (include "suffrage.scheme" $) (include "suffrage.componentName" (list $ "aggregator")) -}}
- audit
- --brokers={{ $.Values.kafka.brokers }}
- --databases-file=/etc/suffrage/secrets/votesDatabases
{{- with $.Values.installation }}
- --namespace={{ . }}
{{- end }}
- --scratch=/scratch
- --results={{ $aggregator }}
- --issued={{ $registrar }}
- --actions={{ $registrar }}
{{- if $.Values.secrets.auditorToken.secret }}
- --actions-token-file=/etc/suffrage/secrets/auditorToken
{{- end }}
{{- if $follow }}
- --follow
- --interval={{ $.Values.audit.follow.interval }}
- --metrics-host=0.0.0.0
- --metrics-port=9469
{{- else }}
- --wait={{ $.Values.audit.wait }}
{{- if $.Values.audit.reportsClaim }}
- --json=/reports/$(JOB).json
{{- if $.Values.secrets.auditorKey.secret }}
- --key=/etc/suffrage/secrets/auditorKey
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Certificates, SASL and AWS as a container's list of variables: (list $ "audit") */}}
{{- define "suffrage.environment" -}}
{{- with include "suffrage.awsRegion" . }}
- { name: AWS_REGION, value: {{ . }} }
{{- end }}
{{- range $name, $value := include "suffrage.tlsSettings" . | fromYaml }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- range $name, $file := include "suffrage.secretFiles" . | fromYaml }}
{{- if hasPrefix "SUFFRAGE_" $name }}
- { name: {{ $name }}, value: /etc/suffrage/secrets/{{ $file }} }
{{- end }}
{{- end }}
{{- end }}
