# shellcheck shell=bash disable=SC2154
# Redis: the machine's own server when it is new enough, else Debian's unpacked into the cache.

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

redis_version() { "$1" --version 2>/dev/null | sed -n 's/.* v=\([0-9.]*\).*/\1/p'; }

install_redis() {
  local system dir
  system=$(command -v redis-server || true)
  if [ -n "$system" ] && at_least "$(redis_version "$system")" "$REDIS_MINIMUM"; then
    link "$system" redis-server
    return
  fi
  has_apt || fail "Redis $REDIS_MINIMUM or newer was not found and this is not Debian: install redis-server with the system's package manager and run the same command again."
  dir="$cache/redis-$(release)"
  [ -d "$dir" ] || step redis "unpacking Debian's redis-server into the cache" locked redis install_dir "$dir" fill_redis
  wrapper redis-server <<END
#!/bin/sh
export LD_LIBRARY_PATH='$(libraries "$dir")'
exec '$dir/usr/bin/redis-server' "\$@"
END
}

fill_redis() {
  local version
  unpack_debian 'systemd|init-system|lsb-base|adduser|passwd' redis-server "$1"
  version=$(LD_LIBRARY_PATH=$(libraries "$1") redis_version "$1/usr/bin/redis-server")
  at_least "${version:-0}" "$REDIS_MINIMUM" ||
    fail "The redis-server of this system's packages (${version:-not runnable}) is older than the $REDIS_MINIMUM that is needed: install a newer Redis and run the same command again."
}
