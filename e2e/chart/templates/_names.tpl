{{- define "runner.fullname" -}}
{{ .Release.Name }}-gitlab-runner
{{- end }}

{{- define "runner.namespace" -}}
{{ default .Release.Namespace .Values.namespace | quote }}
{{- end }}

{{- define "runner.labels" -}}
app: {{ include "runner.fullname" . }}
chart: {{ .Chart.Name }}-{{ .Chart.Version }}
release: {{ .Release.Name | quote }}
heritage: {{ .Release.Service | quote }}
{{- end }}
