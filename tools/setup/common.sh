# shellcheck shell=bash disable=SC2154
# Shared by the parts of the set-up (sourced, never run): messages, locks, installation in one step.
# Expects: root (the checkout), tools ($root/.tools), cache, run (a private directory of this set-up).

say() { printf 'setup: %s\n' "$*"; }

# fail SENTENCE: ends the part with the one sentence that the user gets to see, remedy included.
fail() {
  # The first failure is the one to report: others are mostly its consequences. Setting noclobber makes the choice atomic.
  (set -o noclobber; printf '%s\n' "$*" >"$run/failure") 2>/dev/null || true
  exit 1
}

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo "${t%???}"; }

elapsed() { local d=$(($(now_ms) - $1)); printf '%d.%d s' $((d / 1000)) $((d % 1000 / 100)); }

# step NAME TEXT COMMAND…: runs one part, and prints one line when it begins and one with its time when it is done.
# The file in $run/steps lets the main loop say every few seconds what is still going on.
step() {
  local name=$1 text=$2 started
  shift 2
  started=$(now_ms)
  say "$name: $text …"
  echo "$started" >"$run/steps/$name"
  "$@"
  rm -f "$run/steps/$name"
  say "$name: done ($(elapsed "$started"))"
}

# locked NAME COMMAND…: one set-up at a time changes what NAME stands for, also when several checkouts share the cache.
locked() {
  local name=$1
  shift
  mkdir -p "$cache/locks"
  (
    flock -n 9 || {
      say "$name: in use by another part or set-up; waiting …"
      flock 9
    }
    "$@"
  ) 9>"$cache/locks/$name"
}

# install_dir TARGET COMMAND…: COMMAND fills the empty directory that it gets as its last argument; TARGET appears only
# when it succeeded, by one rename, so that an interrupted set-up leaves nothing half installed. Call it under `locked`:
# that also makes it safe to remove what an interrupted set-up left.
install_dir() {
  local target=$1 partial
  shift
  [ -e "$target" ] && return
  rm -rf "$target".partial.*
  partial=$(mktemp -d "$target.partial.XXXXXX")
  "$@" "$partial"
  chmod 755 "$partial"
  mv -T "$partial" "$target"
}

# logged FILE COMMAND…: output goes to $tools/logs/FILE, for the sentence of a failure to point at.
logged() {
  local log="$tools/logs/$1"
  shift
  mkdir -p "$tools/logs"
  "$@" >"$log" 2>&1 </dev/null
}

# explain FILE WHAT REGISTRY: fails with the reason that the log shows: mostly there is no network.
explain() {
  local log="$tools/logs/$1"
  if grep -qiE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|unknown host|unknownhost|temporary failure|could not resolve|failure resolving|name resolution|dns error|failed to lookup|connection refused|network is unreachable|connect timed out|connection timed out' "$log"; then
    fail "$2 could not be downloaded because $3 cannot be reached: check the network or proxy settings and run the same command again (log: $log)."
  fi
  if grep -qiE 'ENOSPC|no space left' "$log"; then
    fail "$2 could not be installed because the disk of $cache is full: free some space and run the same command again (log: $log)."
  fi
  fail "$2 could not be installed; the reason is at the end of $log, and running the same command again continues from here."
}

# link FILE NAME / wrapper NAME < SCRIPT: what .tools/bin offers, replaced in one step.
link() {
  ln -sfn "$1" "$tools/bin/.$2.$$" && mv -fT "$tools/bin/.$2.$$" "$tools/bin/$2"
}

wrapper() {
  cat >"$tools/bin/.$1.$$" && chmod 755 "$tools/bin/.$1.$$" && mv -fT "$tools/bin/.$1.$$" "$tools/bin/$1"
}
