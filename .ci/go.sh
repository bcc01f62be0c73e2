# Sourced by .ci/run: install_go puts a Go that can compile collector/ first in PATH.
# Debian's own is too old and can't fetch a newer one by itself, yet it can fetch the module in which Go publishes its
# toolchains, checked against Go's checksum database; on amd64 against the sum below as well.
go_version=1.26.8
go_sum_amd64=h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=
# From here on Go fetches what a go.mod asks for.
go_switches_minor=21

# Minor version of the Go in PATH, 0 where there is none.
go_minor() {
  local version
  version=$(go env GOVERSION 2>/dev/null) && [[ $version =~ ^go1\.([0-9]+) ]] && echo "${BASH_REMATCH[1]}" || echo 0
}

install_go() {
  local wanted=()
  [ "$(go_minor)" -gt 0 ] || wanted+=(golang-go)
  # The race detector needs a C compiler.
  command -v gcc >/dev/null || wanted+=(gcc libc6-dev)
  if [ ${#wanted[@]} -gt 0 ]; then install_packages "${wanted[@]}" || return 1; fi
  # In its folder, where a Go that switches does so.
  if { [ "$(go_minor)" -ge "$go_switches_minor" ] || fetch_go; } && (cd collector && go version); then return 0; fi
  echo "collector/ is compiled with Go $go_version or newer, and none can be had here: install it (https://go.dev/dl) and run this again"
  return 1
}

fetch_go() {
  local architecture home said folder
  architecture=$(dpkg --print-architecture)
  home="${XDG_CACHE_HOME:-$HOME/.cache}/answerable-go/$go_version-$architecture"
  if [ ! -x "$home/bin/go" ]; then
    said=$(cd / && go mod download -json "golang.org/toolchain@v0.0.1-go$go_version.linux-$architecture") ||
      { echo "$said"; return 1; }
    if [ "$architecture" = amd64 ] && ! grep -qF "\"$go_sum_amd64\"" <<<"$said"; then
      echo "the Go that was fetched has another checksum than it should: $said"
      return 1
    fi
    folder=$(sed -n 's/^.*"Dir": "\(.*\)",$/\1/p' <<<"$said")
    # A module's files come without their right to be run.
    mkdir -p "$(dirname "$home")" && rm -rf "$home.draft" && cp -r "$folder" "$home.draft" &&
      chmod -R u+w "$home.draft" && chmod +x "$home.draft"/bin/* "$home.draft"/pkg/tool/*/* && mv "$home.draft" "$home" || return 1
  fi
  export PATH="$home/bin:$PATH"
  hash -r
}
