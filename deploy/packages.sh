# packages.sh - install Debian packages; for deploy/demo and tests/run, which source it.
# SPDX-License-Identifier: Apache-2.0

# What it takes to build the program.
TS_BUILD_PACKAGES=(build-essential cmake pkg-config librdkafka-dev libcurl4-openssl-dev
	libgnutls28-dev libjansson-dev libmicrohttpd-dev libxml2-dev libyaml-dev unixodbc-dev)

ts_is_installed() {
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# ts_install PACKAGE...: install those that are missing.  Where none is, this needs neither
# root nor a network.
ts_install() {
	local package missing=() root=() policy=/usr/sbin/policy-rc.d made_policy=

	for package; do
		ts_is_installed "$package" || missing+=("$package")
	done
	((${#missing[@]})) || return 0

	if ! command -v apt-get >/dev/null; then
		echo "this installs Debian 12's packages, but here is no apt-get; what is missing: ${missing[*]}" >&2
		return 1
	fi
	if ((EUID)); then
		if ! command -v sudo >/dev/null; then
			echo "installing needs root or sudo; what is missing: ${missing[*]}" >&2
			return 1
		fi
		root=(sudo)
	fi
	echo "installing ${missing[*]}"
	# Database servers start when they are installed, unless this file says no.
	if [[ ! -e $policy ]]; then
		printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
		"${root[@]}" chmod +x "$policy"
		made_policy=yes
	fi
	"${root[@]}" apt-get update -q >/dev/null &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq \
			--no-install-recommends "${missing[@]}" >/dev/null </dev/null
	local result=$?
	[[ -z $made_policy ]] || "${root[@]}" rm -f "$policy"
	((result == 0)) || echo "apt-get could not install ${missing[*]}" >&2
	return "$result"
}
