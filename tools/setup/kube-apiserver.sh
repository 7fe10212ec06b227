# shellcheck shell=bash disable=SC2154
# A Kubernetes API server without nodes, built from its Go module, and Debian's etcd behind it: make chart-test FULL=1 installs
# the chart in it (`setup.sh kube-apiserver`). Both are kept in the cache.

install_kube_apiserver() {
  local package=k8s.io/component-base/version minor=${KUBE_APISERVER_VERSION#*.}
  install_go_program kube-apiserver "$KUBE_APISERVER_VERSION" 'the Kubernetes API server' 'some nine minutes' '' \
    -ldflags="-s -w -X $package.gitVersion=v$KUBE_APISERVER_VERSION -X $package.gitMajor=${KUBE_APISERVER_VERSION%%.*} -X $package.gitMinor=${minor%%.*}" \
    k8s.io/kubernetes/cmd/kube-apiserver
}

install_etcd() {
  local dir
  has_apt || fail 'etcd comes from Debian’s package etcd-server, and this is not Debian: run make chart-test without FULL=1.'
  dir="$cache/etcd-$(release)"
  [ -d "$dir" ] || step etcd "unpacking Debian's etcd into the cache" locked etcd install_dir "$dir" unpack_debian 'adduser|passwd' etcd-server
  link "$dir/usr/bin/etcd" etcd
}
