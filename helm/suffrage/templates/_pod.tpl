{{/* Pod Security `restricted`, for every pod. */}}
{{- define "suffrage.podSecurity" -}}
automountServiceAccountToken: false
# A variable for each Service of the namespace would look like a setting, and an unknown setting stops a service.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "suffrage.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Where pods are: (list $ "ingestion" .Values.ingestion.placement) */}}
{{- define "suffrage.placement" -}}
{{- $ := index . 0 -}}
{{- $placement := index . 2 -}}
{{- with $placement.priority }}
{{- if or $.Values.scheduling.priorityClasses.create (not (has . (list "votes" "readers"))) }}
priorityClassName: {{ ternary (include "suffrage.componentName" (list $ .)) . (has . (list "votes" "readers")) }}
{{- end }}
{{- end }}
{{- with $placement.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $placement.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Pods of one service over zones and nodes: (list $ "ingestion") */}}
{{- define "suffrage.spread" -}}
{{- $ := index . 0 -}}
topologySpreadConstraints:
  - topologyKey: topology.kubernetes.io/zone
    maxSkew: 1
    whenUnsatisfiable: {{ $.Values.scheduling.zones }}
    labelSelector:
      matchLabels: {{- include "suffrage.selector" . | nindent 8 }}
affinity:
  podAntiAffinity:
  {{- if eq $.Values.scheduling.nodes "required" }}
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels: {{- include "suffrage.selector" . | nindent 12 }}
  {{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels: {{- include "suffrage.selector" . | nindent 14 }}
  {{- end }}
{{- end }}

{{/* Probes ask the port of the metrics: it needs no certificate, and no limit on requests delays it. */}}
{{- define "suffrage.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: metrics }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /health/live, port: metrics }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /health/ready, port: metrics }
  periodSeconds: 5
  # A dependency is given two seconds to answer.
  timeoutSeconds: 4
  failureThreshold: 3
{{- end }}

{{/*
Kubernetes takes a pod out of the balancers and tells it to stop at the same moment; balancers notice later. So it says that it is
not ready and serves on for a while (leaveSeconds). It then closes within 25 s, and a few seconds remain.
*/}}
{{- define "suffrage.grace" -}}
{{ add . 30 }}
{{- end }}

{{/* A hash of what a pod is configured with: a changed setting makes new pods. */}}
{{- define "suffrage.configMapName" -}}
{{ include "suffrage.componentName" . }}-{{ include "suffrage.settings" . | sha256sum | trunc 10 }}
{{- end }}

{{- define "suffrage.publicKeysName" -}}
{{ include "suffrage.fullname" . }}-public-keys-{{ toYaml .Values.publicKeys | sha256sum | trunc 10 }}
{{- end }}

{{/* The template of a service's pods: (dict "root" $ "component" "ingestion" "tag" "" "colour" "") */}}
{{- define "suffrage.podTemplate" -}}
{{- $ := .root -}}
{{- $component := .component -}}
{{- $about := list $ $component -}}
{{- $values := index $.Values $component -}}
{{- $queue := and (eq $component "ingestion") $.Values.ingestion.localQueue.enabled -}}
{{- $leave := $values.leaveSeconds | default 0 -}}
metadata:
  labels:
    {{- include "suffrage.labels" $about | nindent 4 }}
    {{- with .colour }}
    suffrage.io/colour: {{ . }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ $component }}
    {{- with $values.podAnnotations }}{{- toYaml . | nindent 4 }}{{- end }}
spec:
  serviceAccountName: {{ include "suffrage.componentName" $about }}
  {{- include "suffrage.podSecurity" $ | nindent 2 }}
  {{- include "suffrage.placement" (list $ $component $values.placement) | nindent 2 }}
  {{- include "suffrage.spread" $about | nindent 2 }}
  terminationGracePeriodSeconds: {{ include "suffrage.grace" (ternary (add $leave $.Values.ingestion.localQueue.drainSeconds) $leave $queue) }}
  containers:
    - name: {{ $component }}
      image: {{ include "suffrage.image" (list $ $component (.tag | default "")) }}
      imagePullPolicy: {{ $.Values.image.pullPolicy }}
      {{- include "suffrage.containerSecurity" $ | nindent 6 }}
      envFrom:
        - configMapRef: { name: {{ include "suffrage.configMapName" $about }} }
      {{- if $leave }}
      env:
        - { name: SUFFRAGE_LEAVE_WAIT, value: {{ $leave }}s }
      {{- end }}
      ports:
        {{- range $name, $port := index (include "suffrage.ports" $ | fromYaml) $component }}
        - { name: {{ $name }}, containerPort: {{ $port }} }
        {{- end }}
      {{- include "suffrage.probes" $ | nindent 6 }}
      {{- if $queue }}
      lifecycle:
        preStop:
          exec:
            command: [node, /etc/suffrage/scripts/wait-for-empty-queue.mjs, {{ include "suffrage.plain" $.Values.ingestion.localQueue.drainSeconds | quote }}]
      {{- end }}
      resources: {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        {{- include "suffrage.volumeMounts" $about | nindent 8 }}
        {{- if $queue }}
        - { name: queue, mountPath: /var/lib/suffrage/queue }
        - { name: scripts, mountPath: /etc/suffrage/scripts, readOnly: true }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
  volumes:
    {{- include "suffrage.volumes" $about | nindent 4 }}
    {{- if $queue }}
    - name: scripts
      configMap: { name: {{ include "suffrage.scriptsName" $ }} }
    {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
{{- end }}

{{- define "suffrage.scriptsName" -}}
{{ include "suffrage.fullname" . }}-scripts-{{ .Files.Get "files/scripts/wait-for-empty-queue.mjs" | sha256sum | trunc 10 }}
{{- end }}
