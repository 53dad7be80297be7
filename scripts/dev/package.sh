# shellcheck shell=bash
# ./dev package: a tarball, a Debian package and what a container is built from, in build/packages.

packages=build/packages

# The time that everything in the packages bears: that of the sources. The same sources make the
# same bytes, with the same compiler.
source_time() {
  if [[ -n ${SOURCE_DATE_EPOCH:-} ]]; then
    printf '%s' "$SOURCE_DATE_EPOCH"
  else
    git log -1 --format=%ct 2>/dev/null || date +%s
  fi
}

# The sums of every file below the folder, in a fixed order.
sums() { (cd -- "$1" && find . -type f ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z |
  xargs -0 sha256sum); }

# Debian's own changelog has one entry: this package.
write_changelog() {
  local maintainer
  maintainer=$(sed -n 's/^SLUICE_MAINTAINER:STRING=//p' build/release/CMakeCache.txt)
  gzip -9nc >build/release/package_files/changelog.Debian.gz <<TEXT
sluice ($1-1) stable; urgency=medium

  * What changed stands in changelog.gz beside this file.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT
}

pack_tarball() {
  local name=$1 stage
  stage=$(mktemp -d)
  DESTDIR='' cmake --install build/release --strip --prefix "$stage/$name" >build/package.log || {
    cat build/package.log
    return 1
  }
  cp LICENSE README.md "$stage/$name/"
  # Only Debian wants these two.
  rm "$stage/$name/share/doc/sluice/copyright" "$stage/$name/share/doc/sluice/changelog.Debian.gz"
  chmod -R u=rwX,go=rX "$stage/$name"
  sums "$stage/$name" >"$stage/SHA256SUMS"
  mv "$stage/SHA256SUMS" "$stage/$name/SHA256SUMS"
  tar --create --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --format=gnu --directory "$stage" "$name" | gzip -9n >"$packages/$name.tar.gz"
  rm -rf -- "$stage"
}

pack_deb() {
  cpack --config build/release/CPackConfig.cmake -G DEB -B "$PWD/build/release/cpack" \
    >build/package.log 2>&1 || {
    cat build/package.log
    say "the Debian package could not be made; dpkg-dev has to be installed"
    return 1
  }
  rm -f "$packages"/*.deb
  mv build/release/cpack/*.deb "$packages/"
}

# In a shell of its own, which keeps the time and the mask to itself.
make_packages() (
  local version
  SOURCE_DATE_EPOCH=$(source_time)
  export SOURCE_DATE_EPOCH
  umask 022
  compile release package_files || return 1
  version=$(build/release/src/cli/sluice version) || return 1
  version=${version#sluice }
  write_changelog "$version"
  rm -rf -- "$packages"
  mkdir -p "$packages/container"
  pack_tarball "sluice-$version-linux-$(uname -m)" || return 1
  pack_deb || return 1
  cp packaging/Containerfile "$packages"/*.deb "$packages/container/"
  (cd "$packages" && sha256sum -- *.deb *.tar.gz >SHA256SUMS)
)

# What was packed is unpacked and used; nothing is built for it that was not built before.
check_packages() {
  SLUICE_PACKAGES=$PWD/$packages PYTHONDONTWRITEBYTECODE=1 python3 tests/package/test_package.py
}

package() {
  no_more_arguments package "$@"
  install_for_packages
  configure release "$(tests_as_before release)"
  part "pack" make_packages || stop "nothing was packed; the reason stands above"
  part "try what was packed" check_packages || stop "the packages are in $packages, and are wrong"
  say "made in $packages:"
  (cd "$packages" && ls -sh1 -- *.deb *.tar.gz SHA256SUMS container/Containerfile)
}
