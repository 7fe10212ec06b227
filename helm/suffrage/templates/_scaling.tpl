{{- define "suffrage.scalingBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  selectPolicy: Max
  policies:
    - { type: Percent, value: 100, periodSeconds: 15 }
    - { type: Pods, value: 4, periodSeconds: 15 }
scaleDown:
  stabilizationWindowSeconds: 600
  selectPolicy: Min
  policies:
    - { type: Percent, value: 10, periodSeconds: 60 }
    - { type: Pods, value: 1, periodSeconds: 60 }
{{- end }}

{{- define "suffrage.scaleTarget" -}}
{{- $ := index . 0 -}}
{{- $component := index . 1 -}}
{{- $name := include "suffrage.componentName" . -}}
{{- if and (eq $component "ingestion") $.Values.ingestion.localQueue.enabled }}
apiVersion: apps/v1
kind: StatefulSet
{{- else if and $.Values.rollouts.enabled (ne $component "processor") }}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
{{- else }}
apiVersion: apps/v1
kind: Deployment
{{- end }}
{{- if and (eq $component "processor") $.Values.processor.blueGreen.enabled }}
{{- $name = printf "%s-%s" $name $.Values.processor.blueGreen.active }}
{{- end }}
name: {{ $name }}
{{- end }}

{{/* How many pods a component has at least. */}}
{{- define "suffrage.leastReplicas" -}}
{{- $ := index . 0 -}}
{{- $values := index $.Values (index . 1) -}}
{{- if dig "keda" "enabled" false $values }}{{ $values.keda.minReplicas }}
{{- else if $values.autoscaling.enabled }}{{ $values.autoscaling.minReplicas }}
{{- else }}{{ $values.replicas }}
{{- end }}
{{- end }}
