{{/*
One certificate for a component's serving and calling: (list $ "ingestion" ANNOTATIONS). Renewed while it serves: the volume
shows the new files, and the services look at them.
*/}}
{{- define "suffrage.certificate" -}}
{{- $ := index . 0 -}}
{{- $about := list $ (index . 1) -}}
{{- $name := include "suffrage.componentName" $about -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ $name }}
  labels: {{- include "suffrage.labels" $about | nindent 4 }}
  {{- with index . 2 }}
  annotations: {{- . | nindent 4 }}
  {{- end }}
spec:
  secretName: {{ $name }}-tls
  issuerRef: {{- toYaml $.Values.tls.issuer | nindent 4 }}
  duration: {{ $.Values.tls.duration }}
  renewBefore: {{ $.Values.tls.renewBefore }}
  # A key that was read once is of no use after the next renewal.
  privateKey: { algorithm: ECDSA, size: 256, encoding: PKCS8, rotationPolicy: Always }
  usages: [digital signature, server auth, client auth]
  commonName: {{ $name | trunc 64 }}
  dnsNames:
    - {{ $name }}
    - {{ $name }}.{{ $.Release.Namespace }}
    - {{ $name }}.{{ $.Release.Namespace }}.svc
    - {{ $name }}.{{ $.Release.Namespace }}.svc.cluster.local
{{- end }}
