#!/bin/sh
# Installs the till from this folder, without a network:  sudo sh install.sh
#
# Debian's packages are checked against Debian's signatures, with the keys that this system has had from the start; what
# is here already and new enough is left as it is. The handbook beside this file says what comes next.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
fail() {
    echo "install.sh: $*" >&2
    exit 1
}

[ "$(id -u)" = 0 ] || fail "only root can install. Do: sudo sh install.sh"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keys" ] || fail "$keys is missing: is this Debian or Raspberry Pi OS?"
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
machine=$(dpkg --print-architecture)
[ -e "$here/debian/dists/$suite/InRelease" ] || fail "this stick is not for the release '$suite' of this system."
set -- "$here"/chak-pos/chak-pos_*_"$machine".deb
[ -e "$1" ] || fail "this stick has nothing for a machine of the kind $machine."
deb=$(basename -- "$1")

echo "Looking whether the stick is whole ..."
(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS) || fail "the stick is damaged. Copy it again."

work=$(mktemp -d /tmp/chak-pos-stick.XXXXXX)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial"
# A stick is mounted wherever its label says; apt's lists do not like blanks.
ln -s "$here" "$work/stick"
for release in "$here"/debian*/dists/*/InRelease; do
    distribution=$(basename -- "$(dirname -- "$release")")
    archive=$(basename -- "${release%%/dists/*}")
    # Nobody can be fresher than a stick: signatures count, their dates do not.
    echo "deb [signed-by=$keys check-valid-until=no check-date=no by-hash=no] file:$work/stick/$archive $distribution main"
    # A board without a battery may believe that the signatures are of the future, and then they do not count.
    made=$(date --date="$(sed -n 's/^Date: //p' "$release")" +%s)
    if [ "$(date +%s)" -lt "$made" ]; then
        date --set="@$made" > /dev/null || fail "the clock is wrong. Do: date --set='YYYY-MM-DD hh:mm'"
    fi
done > "$work/sources.list"

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 \
        --option=Dir::Etc::SourceList="$work/sources.list" --option=Dir::Etc::SourceParts=/dev/null \
        --option=Dir::State::Lists="$work/lists" --option=Dir::Cache::archives="$work/archives" \
        --option=Dir::Cache::pkgcache= --option=Dir::Cache::srcpkgcache= \
        --option=APT::Sandbox::User=root --option=Acquire::Languages=none --option=APT::Update::Error-Mode=any "$@"
}

# The till sets its clock with it; a system that has another program for that keeps it.
clock=
[ -n "$(dpkg-query --show --showformat='${db:Status-Status} ${Provides}\n' 2> /dev/null | grep '^installed .*time-daemon')" ] ||
    clock=systemd-timesyncd

echo "Installing $deb ..."
apt update
apt --yes --no-install-recommends install "$work/stick/chak-pos/$deb" $clock
dpkg --verify chak-pos || fail "the package is not as it was delivered."
pos --version
echo "Installed. What comes next is in handbook.md, after 'Install' (한국어: '설치')."
