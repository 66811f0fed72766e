# install.sh - what the tests need beyond a build; sourced by tests/run.
# SPDX-License-Identifier: Apache-2.0

# The fast tests need only a build, and SQLite behind ODBC.
UNIT_PACKAGES=("${TS_BUILD_PACKAGES[@]}" libcmocka-dev libsqliteodbc)
# The others: a second compiler, the servers, their drivers, independent clients.
SYSTEM_PACKAGES=("${UNIT_PACKAGES[@]}" clang clang-format git kcat maven
	openjdk-17-jre-headless python3-venv sqlite3 unixodbc
	libvirtodbc0 odbc-postgresql postgresql virtuoso-opensource-7-bin)

# A virtual environment with exactly what requirements.txt names.
install_python() {
	local venv=$here/.venv

	cmp -s "$here/requirements.txt" "$venv/requirements.txt" && return 0
	echo "making $venv"
	rm -rf "$venv"
	/usr/bin/python3 -m venv "$venv" &&
		"$venv/bin/pip" install -q --only-binary :all: -r "$here/requirements.txt" &&
		cp "$here/requirements.txt" "$venv/"
}

# The jars that kafka/pom.xml names.
install_kafka() {
	local jars=$here/.tools/kafka

	cmp -s "$here/kafka/pom.xml" "$jars/pom.xml" && return 0
	echo "fetching Kafka to $jars"
	rm -rf "$jars"
	mvn -q -B -Dstyle.color=never -f "$here/kafka/pom.xml" dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$jars" </dev/null &&
		cp "$here/kafka/pom.xml" "$jars/"
}
