# shellcheck shell=bash disable=SC2154
# Chromium, for the test of the page only (`setup.sh browser`).

install_browser() {
  local name system dir
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    system=$(command -v "$name" || true)
    if [ -n "$system" ]; then
      link "$system" chromium
      return
    fi
  done
  has_apt || fail "Chromium was not found and this is not Debian: install chromium with the system's package manager and run the same command again."
  if [ "$(id -u)" = 0 ]; then
    step browser "INSTALLING Debian's package chromium on this machine (apt-get install chromium), for the test of the page" apt_install_chromium
    link "$(command -v chromium)" chromium
    return
  fi
  dir="$cache/chromium-$(release)"
  [ -d "$dir" ] ||
    step browser "unpacking Debian's chromium into the cache, for the test of the page" locked chromium install_dir "$dir" fill_chromium
  fonts_configuration "$dir" >"$cache/chromium-fonts.conf"
  wrapper chromium <<END
#!/bin/sh
export LD_LIBRARY_PATH='$(libraries "$dir")' FONTCONFIG_FILE='$cache/chromium-fonts.conf'
exec '$dir/usr/lib/chromium/chromium' "\$@"
END
}

apt_install_chromium() {
  logged chromium.log sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium' ||
    explain chromium.log "Debian's package chromium" "the Debian mirror"
}

fill_chromium() {
  unpack_debian 'systemd|dbus|init-system|adduser|passwd' chromium "$1"
  LD_LIBRARY_PATH=$(libraries "$1") logged chromium.log "$1/usr/lib/chromium/chromium" --version ||
    fail "The chromium of Debian's packages does not run from the cache: install it on the machine (apt-get install chromium) and run the same command again (log: $tools/logs/chromium.log)."
}

# Fonts are found by absolute path; these are the machine's and the unpacked ones.
fonts_configuration() {
  cat <<END
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>$1/usr/share/fonts</dir><cachedir>$cache/fontconfig</cachedir></fontconfig>
END
}
