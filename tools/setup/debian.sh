# shellcheck shell=bash disable=SC2154
# Debian packages without root: downloaded by apt-get and unpacked into the cache, nothing is installed on the machine.

# apt with lists, archives and state of our own: it works without root and leaves the machine's own state alone.
# User "root" for downloads only means "don't change user": the cache may lie where apt's own user can't write.
apt_private() {
  local apt="$cache/apt" program=$1
  shift
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  # Hooks of the machine (docker-clean, appstream …) would touch what belongs to root.
  [ -f "$apt/apt.conf" ] || printf '#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n' >"$apt/apt.conf"
  "$program" -c "$apt/apt.conf" -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" \
    -o Dir::State::status=/var/lib/dpkg/status -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# Lists older than half a day may name package versions that the mirror no longer has.
apt_update() {
  local stamp="$cache/apt/updated"
  if [ -n "$(find "$stamp" -mmin -720 2>/dev/null)" ]; then return; fi
  rm -rf "$cache/apt/lists"
  # apt-get update exits 0 when nothing could be fetched; --error-on makes it say so.
  logged apt-update.log apt_private apt-get update -q --error-on=any || explain apt-update.log "Debian's package lists" "the Debian mirror"
  touch "$stamp"
}

# unpack_debian EXCLUDE PACKAGE DIR: PACKAGE and those of its dependencies that are not installed here, into DIR.
# EXCLUDE is a regular expression for package names that are never wanted (a second Java, say).
unpack_debian() {
  local exclude=$1 package=$2 dir=$3 names log
  log="debian-$package.log"
  locked apt apt_update
  # A simulated installation lists what is missing here; `awk` sees lines like "Inst libjemalloc2 (5.3.0-1 …)".
  logged "$log" apt_private apt-get install -s -q --no-install-recommends "$package" || explain "$log" "Debian's package $package" "the Debian mirror"
  names=$({ echo "$package"; awk '/^Inst /{print $2}' "$tools/logs/$log"; } | sort -u | grep -vE "^($exclude)" || true)
  mkdir "$dir/debs"
  # shellcheck disable=SC2086 # a list of names
  (cd "$dir/debs" && logged "$log" apt_private apt-get download -q $names) || explain "$log" "Debian's package $package" "the Debian mirror"
  for deb in "$dir"/debs/*.deb; do
    logged "$log" dpkg-deb -x "$deb" "$dir" || explain "$log" "Debian's package $package" "the Debian mirror"
  done
  rm -rf "$dir/debs"
  relink "$dir"
}

# Packages link to absolute paths (/etc/maven …) which exist below DIR only: make those links relative to where they are.
relink() {
  local dir=$1 file target
  find "$dir" -type l -lname '/*' -print0 | while IFS= read -r -d '' file; do
    target=$(readlink "$file")
    [ ! -e "$dir$target" ] || ln -sfn "$(realpath -m --relative-to="$(dirname "$file")" "$dir$target")" "$file"
  done
}

has_apt() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

# "debian12": packages of one release must not be taken for another's when a cache is shared.
release() { (. /etc/os-release && printf '%s%s' "${ID:-linux}" "${VERSION_ID:-}"); }

# libraries DIR: the library path of what was unpacked into DIR. Some packages keep libraries in directories of their own,
# which they find by absolute path when they are installed.
libraries() {
  local triplet
  triplet=$(uname -m)-linux-gnu
  {
    printf '%s\n' "$1/usr/lib/$triplet" "$1/lib/$triplet"
    find "$1/usr/lib" -maxdepth 3 -name '*.so*' -printf '%h\n' | sort -u
  } | paste -sd:
}
