# install.sh - what the tests need beyond a build; sourced by tests/run.
# SPDX-License-Identifier: Apache-2.0

# The fast tests need only a build, and SQLite behind ODBC.
UNIT_PACKAGES=("${TS_BUILD_PACKAGES[@]}" libcmocka-dev libsqliteodbc)
# The others: a second compiler, the servers, their drivers, independent clients.
SYSTEM_PACKAGES=("${UNIT_PACKAGES[@]}" clang clang-format curl git kcat maven
	chromium chromium-driver openjdk-17-jdk-headless python3-venv sqlite3 unixodbc
	libvirtodbc0 mariadb-server odbc-mariadb odbc-postgresql postgresql
	nginx-light openssl prometheus tdsodbc virtuoso-opensource-7-bin wrk)

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

# The jars that NAME/pom.xml names.
install_jars() {
	local name=$1 jars=$here/.tools/$1

	cmp -s "$here/$name/pom.xml" "$jars/pom.xml" && return 0
	echo "fetching $name to $jars"
	rm -rf "$jars"
	mvn -q -B -Dstyle.color=never -f "$here/$name/pom.xml" dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$jars" </dev/null &&
		cp "$here/$name/pom.xml" "$jars/"
}

# The programs that NAME/package-lock.json names, by the npm of the virtual environment.
install_npm() {
	local name=$1 folder=$here/.tools/$1

	cmp -s "$here/$name/package-lock.json" "$folder/installed" && return 0
	echo "fetching $name to $folder"
	rm -rf "$folder"
	mkdir -p "$folder"
	cp "$here/$name/"package*.json "$folder/"
	(cd "$folder" && PATH=$here/.venv/bin:$PATH npm ci --silent --ignore-scripts \
		--no-audit --no-fund </dev/null) &&
		cp "$folder/package-lock.json" "$folder/installed"
}
